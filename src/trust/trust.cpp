#include "trust/trust.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trust/owner.hpp"
#include "trust/walk.hpp"

namespace envguard::trust {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view elsewhere =
    "or leave `python` out of the policy and name an install outside of the repository by --torch or ENVGUARD_TORCH";

std::string quoted(const fs::path& path) {
  return base::shell_quote(path.string());
}
std::string shown(const fs::path& path) {
  return base::visible(path.string());
}

Refusal tracked_refusal(const fs::path& path, const fs::path& repository) {
  return {
      fmt::format("git tracks {} in {}, so whoever committed it would run code here", shown(path), shown(repository)),
      fmt::format("untrack it: git -C {} rm -r --cached {}, and add it to .gitignore; {}", quoted(repository),
                  quoted(path), elsewhere)};
}

Refusal owner_refusal(const Step& step, const std::string& why) {
  const bool mode = why.starts_with("can");
  return {fmt::format("{} lies in the repository and {}", shown(step.path), why),
          fmt::format("mend it: {} {}; {}", mode ? "chmod -R go-w" : "sudo chown -R \"$(id -un)\"", quoted(step.path),
                      elsewhere)};
}

// Collects what may be asked of the file system and, in the end, what git must be asked.
class Examination {
 public:
  explicit Examination(const Situation& situation)
      : situation_(situation), top_(situation.top ? fs::canonical(*situation.top) : fs::path()) {}

  // Follows the way to `path`; what it leads to, and each link on the way, must not be tracked.
  Walk visit(const fs::path& path) {
    auto way = walk(path);
    for (const auto& step : way.steps) {
      if (!seen_.insert(step.path.native()).second) continue;
      if (step.is_link()) untracked_.insert(step.path);
      if (refusal_ || !in_work_tree(step.path)) continue;
      if (auto why = not_alone(step, situation_.user); !why.empty()) refusal_ = owner_refusal(step, why);
    }
    if (way.end != top_) untracked_.insert(way.end);
    return way;
  }

  void visit_libraries(const fs::path& folder) {
    std::error_code absent;
    for (const auto& file : fs::directory_iterator(folder, absent))
      if (file.path().filename().string().find(".so") != std::string::npos) visit(file.path());
  }

  // Tracked counts before owner and mode: it is the repository's own doing.
  std::optional<Refusal> answer() const {
    std::map<fs::path, std::vector<fs::path>> by_repository;
    std::error_code hidden;
    for (const auto& path : untracked_)
      for (auto folder = path.parent_path(); folder != folder.root_path(); folder = folder.parent_path())
        if (fs::exists(fs::symlink_status(folder / ".git", hidden))) by_repository[folder].push_back(path);
    for (const auto& [repository, paths] : by_repository)
      if (auto refusal = ask(repository, paths)) return refusal;
    return refusal_;
  }

  const fs::path& top() const { return top_; }

 private:
  bool in_work_tree(const fs::path& path) const { return !top_.empty() && is_within(path, top_); }
  // The repository itself, one inside of it, or one that it lies in.
  bool is_related(const fs::path& folder) const { return in_work_tree(folder) || is_within(top_, folder); }

  std::optional<Refusal> ask(const fs::path& repository, const std::vector<fs::path>& paths) const {
    std::vector<std::string> relative;
    for (const auto& path : paths) relative.push_back(path.lexically_relative(repository).generic_string());
    try {
      const auto git = repository == top_ ? situation_.git : situation_.git.elsewhere(repository);
      if (!git.tracks(relative)) return std::nullopt;
      const auto first = std::find_if(relative.begin(), relative.end(), [&](const auto& p) { return git.tracks({p}); });
      return tracked_refusal(first == relative.end() ? relative.front() : *first, repository);
    } catch (const base::Error& error) {
      if (error.code() == base::ExitCode::interrupted) throw;
      if (!is_related(repository)) return std::nullopt;  // a stranger's, in which nobody stands
      return Refusal{"cannot tell whether git tracks the install: " + error.message(), error.next()};
    }
  }

  const Situation& situation_;
  fs::path top_;
  std::set<fs::path::string_type> seen_;
  std::set<fs::path> untracked_;
  std::optional<Refusal> refusal_;
};

// The policy may name a place inside the repository only. A link that the user made there may lead out of it.
std::optional<Refusal> outside_by_policy(const Walk& way, const fs::path& top, const model::Install& install) {
  if (is_within(way.end, top)) return std::nullopt;
  const bool by_link = std::any_of(way.steps.begin(), way.steps.end(),
                                   [&top](const Step& step) { return step.is_link() && is_within(step.path, top); });
  if (by_link && !way.climbs) return std::nullopt;
  return Refusal{fmt::format("the policy names an install outside of the repository: {}", shown(install.root)),
                 fmt::format("leave `python` out of the policy, and on this machine: export ENVGUARD_TORCH={}",
                             quoted(install.root))};
}

}  // namespace

std::optional<Refusal> may_open(const model::Install& install, bool named_by_policy, const Situation& situation) {
  Examination examination(situation);
  const auto way = examination.visit(install.root);
  if (named_by_policy && situation.top)
    if (auto refusal = outside_by_policy(way, examination.top(), install)) return refusal;
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

std::optional<Refusal> may_load(const std::vector<fs::path>& files, const Situation& situation) {
  Examination examination(situation);
  for (const auto& file : files) examination.visit(file);
  return examination.answer();
}

base::Error untrusted(const Refusal& refusal) {
  return {base::ExitCode::untrusted, refusal.why + "; it is not opened", refusal.next};
}

}  // namespace envguard::trust
