#include "trust/trust.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/elf.hpp"
#include "base/text.hpp"
#include "base/work_tree.hpp"
#include "trust/owner.hpp"
#include "trust/tracked.hpp"
#include "trust/variables.hpp"
#include "trust/walk.hpp"

namespace envguard::trust {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view elsewhere = "name another install by --torch INSTALL or ENVGUARD_TORCH";
constexpr std::size_t most_folders = 512;  // a search path that is longer is no honest one

std::string quoted(const fs::path& path) {
  return base::shell_quote(path.string());
}
std::string shown(const fs::path& path) {
  return base::visible(path.string());
}

Refusal tracked_refusal(const Tracked& tracked) {
  if (tracked.where == Tracked::Where::unknown)
    return {"cannot tell whether git tracks the install: " + tracked.failure.message(), tracked.failure.next()};
  const bool index = tracked.where == Tracked::Where::index;
  return {fmt::format("git tracks {} in {}{}, so whoever committed it would run code here", shown(tracked.path),
                      shown(tracked.repository), index ? "" : " (in HEAD, the commit that is checked out)"),
          fmt::format("delete it, commit that, and install it anew where git ignores it; or {}", elsewhere)};
}

Refusal owner_refusal(const Step& step, const std::string& why) {
  const bool mode = why.starts_with("can");
  return {fmt::format("{} lies in the repository and {}", shown(step.path), why),
          fmt::format("if its content is yours: {} {}; or {}", mode ? "chmod -R go-w" : "sudo chown -R \"$(id -un)\"",
                      quoted(step.path), elsewhere)};
}

bool is_library(const fs::path& file) {
  return file.filename().string().find(".so") != std::string::npos;
}

/// Collects what may be asked of the file system and, in the end, what git must be asked.
class Examination {
 public:
  explicit Examination(const Situation& situation)
      : situation_(situation), top_(situation.top ? fs::canonical(*situation.top) : fs::path()) {}

  /// Follows the way to `path`; what it leads to, and each link on the way, must not be tracked.
  Walk visit(const fs::path& path) {
    auto way = follow(path);
    if (way.end != top_) paths_.insert(way.end);
    if (!way.steps.empty() && S_ISREG(way.steps.back().status.st_mode))
      seen_.emplace(way.end, identity_of(way.steps.back().status));
    return way;
  }

  /// Every library of the folder, and of every folder in which those have theirs looked for.
  void visit_libraries(const fs::path& start) {
    std::vector<fs::path> waiting{start};
    while (!waiting.empty()) {
      const fs::path folder = waiting.back();
      waiting.pop_back();
      // What $ORIGIN/.. is, the kernel says of the resolved folder. The way to an absent one ends above it.
      const fs::path origin = follow(folder).end;
      std::error_code absent;
      if (!fs::is_directory(folder, absent)) {
        above_absent_.insert(origin);
        continue;
      }
      if (!folders_.insert(origin).second) continue;
      if (folders_.size() > most_folders) return refuse_long_search(folder);
      for (const auto& file : fs::directory_iterator(folder, absent)) {
        if (!is_library(file.path())) continue;
        visit(file.path());
        for (const auto& entry : base::ElfFile(file.path()).run_paths())
          for (const auto& place : meanings(entry, {origin}))
            if (place.is_absolute()) std::ranges::move(with_cpu_folders(place), std::back_inserter(waiting));
      }
    }
  }

  /// That git tracks it counts before owner and mode: it is the repository's own doing.
  [[nodiscard]] Answer answer() const {
    const auto found = tracked(paths_, situation_);
    Searched searched{folders_, links_};
    searched.folders.insert(above_absent_.begin(), above_absent_.end());
    return {found ? tracked_refusal(*found) : refusal_, seen_, std::move(searched)};
  }

  [[nodiscard]] const fs::path& top() const { return top_; }

 private:
  /// The way to `path`. Its links must not be tracked, and in the work tree all of it must be the user's alone.
  Walk follow(const fs::path& path) {
    auto way = walk(path);
    for (const auto& step : way.steps) {
      if (!steps_.insert(step.path.native()).second) continue;
      if (step.is_link()) {
        paths_.insert(step.path);
        links_.insert(step.path);
      }
      if (refusal_ || !in_work_tree(step.path)) continue;
      if (auto why = not_alone(step, situation_.user); !why.empty()) refusal_ = owner_refusal(step, why);
    }
    return way;
  }

  void refuse_long_search(const fs::path& folder) {
    refusal_ = Refusal{
        fmt::format("libraries are looked for in more than {} folders, among them {}", most_folders, shown(folder)),
        std::string("shorten LD_LIBRARY_PATH; or ").append(elsewhere)};
  }

  bool in_work_tree(const fs::path& path) const { return !top_.empty() && base::is_within(path, top_); }

  const Situation& situation_;
  fs::path top_;
  std::set<fs::path::string_type> steps_;
  std::set<fs::path> folders_, above_absent_, paths_, links_;
  Seen seen_;
  std::optional<Refusal> refusal_;
};

// The policy may name a place inside the repository only. A link that the user made there may lead out of it.
std::optional<Refusal> outside_by_policy(const Walk& way, const fs::path& top) {
  if (base::is_within(way.end, top)) return std::nullopt;
  const bool by_link = std::any_of(way.steps.begin(), way.steps.end(), [&top](const Step& step) {
    return step.is_link() && base::is_within(step.path, top);
  });
  if (by_link && !way.climbs) return std::nullopt;
  return Refusal{"the policy names an install outside of the repository",
                 "leave `python` out of the policy, and name an install that you trust by ENVGUARD_TORCH"};
}

/// Outside of git nothing tells an environment that somebody made here from one that came with the files.
std::optional<Refusal> outside_of_git(const model::Install& install) {
  return Refusal{fmt::format("{} lies beside files that are in no git repository, so nothing says whether it came with "
                             "them",
                             shown(install.prefix)),
                 fmt::format("if you installed it: --torch {}", quoted(install.prefix))};
}

std::vector<fs::path> origins(const Situation& situation) {
  return {situation.engine};
}

}  // namespace

Answer may_start(const Situation& situation) {
  std::map<std::string, Examination> by_variable;
  const auto examination = [&](const std::string& variable) -> Examination& {
    return by_variable.try_emplace(variable, situation).first->second;
  };
  for (const auto& [variable, file] : libraries_named(situation.environment, situation.directory, origins(situation)))
    examination(variable).visit(file);
  for (const auto& [variable, folder] : library_folders(situation.environment, situation.directory, origins(situation)))
    for (const auto& each : with_cpu_folders(folder)) examination(variable).visit_libraries(each);
  Answer all;
  for (const auto& [variable, examined] : by_variable) {
    auto answer = examined.answer();
    all.seen.merge(answer.seen);
    all.searched.merge(std::move(answer.searched));
    if (all.refusal || !answer.refusal) continue;
    all.refusal = Refusal{
        fmt::format("{} brings in a library that may not be opened: {}", base::visible(variable), answer.refusal->why),
        fmt::format("take it out of {}", base::visible(variable))};
  }
  return all;
}

Answer may_open(const model::Install& install, model::FoundBy found_by, const Situation& situation) {
  Examination examination(situation);
  if (!install.root.is_absolute() || !install.library.is_absolute())
    return {
        Refusal{fmt::format("{} is no absolute path, so it leads elsewhere from another folder", shown(install.root)),
                "name the install by its absolute path: --torch INSTALL"},
        {}};
  const auto way = examination.visit(install.root);
  if (found_by == model::FoundBy::project && !situation.top) return {outside_of_git(install), {}, {}};
  if (found_by == model::FoundBy::policy && situation.top)
    if (auto refusal = outside_by_policy(way, examination.top())) return {std::move(refusal), {}, {}};
  examination.visit(install.library);
  examination.visit_libraries(install.library);
  if (!install.prefix.empty()) examination.visit(install.prefix);
  if (install.kind == model::Install::Kind::site_packages) {
    const auto packages = install.root.parent_path();
    examination.visit(packages);
    std::error_code absent;
    for (const auto& package : fs::directory_iterator(packages / "nvidia", absent))
      examination.visit_libraries(package.path() / "lib");
  }
  return examination.answer();
}

Answer may_load(const std::vector<fs::path>& files, const Situation& situation) {
  Examination examination(situation);
  for (const auto& file : files) examination.visit(file);
  return examination.answer();
}

void insist_on_seen(const std::vector<model::Library>& mapped, const Seen& seen, const Situation& situation) {
  std::vector<fs::path> files;
  for (const auto& library : mapped) files.push_back(library.path);
  const auto now = may_load(files, situation);
  if (now.refusal) throw untrusted(*now.refusal);
  for (const auto& file : files) {
    const auto before = seen.find(file), after = now.seen.find(file);
    if (before == seen.end() || (after != now.seen.end() && is_unchanged(before->second, after->second))) continue;
    throw base::Error(base::ExitCode::could_not_measure, "changed while it was measured",
                      "wait until nothing is being installed there, then run it again")
        .at(shown(file));
  }
}

base::Error untrusted(const Refusal& refusal) {
  return {base::ExitCode::untrusted, refusal.why + "; it is not opened", refusal.next};
}

}  // namespace envguard::trust
