#include "trust/tracked.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/work_tree.hpp"

namespace envguard::trust {
namespace {

namespace fs = std::filesystem;

using Paths = std::vector<std::string>;  // relative to the repository

/// Repositories around paths, each folder looked at once.
class Repositories {
 public:
  explicit Repositories(fs::path top) : top_(std::move(top)) {}

  void add(const fs::path& path) {
    for (auto folder = path.parent_path();; folder = folder.parent_path()) {
      if (is_top(folder)) paths_[folder].push_back(path.lexically_relative(folder).generic_string());
      if (folder == folder.parent_path()) return;
    }
  }

  [[nodiscard]] const std::map<fs::path, Paths>& paths() const { return paths_; }

 private:
  // The situation's own repository may have no .git of its own: GIT_DIR and GIT_WORK_TREE name it.
  bool is_top(const fs::path& folder) {
    if (folder == top_) return true;
    const auto known = known_.find(folder);
    if (known != known_.end()) return known->second;
    std::error_code hidden;
    return known_[folder] = fs::exists(fs::symlink_status(folder / ".git", hidden));
  }

  fs::path top_;
  std::map<fs::path, bool> known_;
  std::map<fs::path, Paths> paths_;
};

/// The same repository, as each of its names for an index has it.
std::vector<git::Git> views(const fs::path& repository, const fs::path& top, const git::Git& git) {
  std::vector<git::Git> all;
  if (repository == top && git.is_told_where()) {
    all.push_back(git);
    all.push_back(git.with_own_index());
  }
  std::error_code hidden;
  const bool has_git = fs::exists(fs::symlink_status(repository / ".git", hidden));
  if (has_git || all.empty()) all.push_back(git.elsewhere(repository));
  return all;
}

/// A command line has a length that the kernel limits.
constexpr std::size_t most_paths_at_once = 500;

/// The first path that `holds` says yes to, asked for many at once.
template <typename Holds>
std::optional<fs::path> first_held(const Paths& paths, const Holds& holds) {
  for (std::size_t start = 0; start < paths.size(); start += most_paths_at_once) {
    const auto end = std::min(start + most_paths_at_once, paths.size());
    const Paths some(paths.begin() + static_cast<std::ptrdiff_t>(start),
                     paths.begin() + static_cast<std::ptrdiff_t>(end));
    if (!holds(some)) continue;
    const auto one = std::ranges::find_if(some, [&](const std::string& path) { return holds(Paths{path}); });
    return fs::path(one == some.end() ? some.front() : *one);
  }
  return std::nullopt;
}

std::optional<Tracked> held_by(const git::Git& git, const fs::path& repository, const Paths& paths) {
  if (auto path = first_held(paths, [&](const Paths& some) { return git.tracks(some); }))
    return Tracked{.where = Tracked::Where::index, .path = *std::move(path), .repository = repository};
  if (auto path = first_held(paths, [&](const Paths& some) { return git.head_holds(some); }))
    return Tracked{.where = Tracked::Where::head, .path = *std::move(path), .repository = repository};
  return std::nullopt;
}

}  // namespace

std::optional<Tracked> tracked(const std::set<fs::path>& paths, const Situation& situation) {
  const fs::path top = situation.top ? fs::canonical(*situation.top) : fs::path();
  Repositories repositories(top);
  for (const auto& path : paths) repositories.add(path);
  for (const auto& [repository, inside] : repositories.paths()) {
    try {
      for (const auto& git : views(repository, top, situation.git))
        if (auto found = held_by(git, repository, inside)) return found;
    } catch (const base::Error& error) {
      if (error.code() == base::ExitCode::interrupted) throw;
      const bool related = (!top.empty() && (base::is_within(repository, top) || base::is_within(top, repository))) ||
                           base::is_within(situation.directory, repository);
      if (!related) continue;  // somebody else's, in which nobody stands; git reads none of another owner
      return Tracked{
          .where = Tracked::Where::unknown, .path = inside.front(), .repository = repository, .failure = error};
    }
  }
  return std::nullopt;
}

}  // namespace envguard::trust
