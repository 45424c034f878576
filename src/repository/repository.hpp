#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/git.hpp"
#include "model/machine.hpp"
#include "repository/source.hpp"

namespace envguard::repository {

/// A repository with a work tree, as envguard reads it. It writes nothing.
class Repository {
 public:
  /// The repository that `start` lies in. Nothing: `start` is in none. Error usage: bare, not owned by the user, no
  /// git.
  [[nodiscard]] static std::optional<Repository> find(const std::filesystem::path& start,
                                                      const model::EnvironmentMap& environment);
  /// The same; being in no repository is Error usage, with what to type.
  [[nodiscard]] static Repository open(const std::filesystem::path& start, const model::EnvironmentMap& environment);

  [[nodiscard]] const std::filesystem::path& top() const { return top_; }
  [[nodiscard]] const std::filesystem::path& git_dir() const { return layout_.git_dir; }
  [[nodiscard]] const std::filesystem::path& common_dir() const { return layout_.common_dir; }
  [[nodiscard]] const git::Layout& layout() const { return layout_; }
  [[nodiscard]] const git::Git& git() const { return git_; }

  /// envguard.toml or [tool.envguard] of pyproject.toml. In the work tree the nearest one from `start` up to the top;
  /// in the index and in a commit only the top's. Error usage: both in one folder, a symbolic link, too large, in
  /// conflict, not a policy.
  [[nodiscard]] std::optional<PolicyFile> policy(const Source& source) const;

  /// The locks under `folder`/envguard.lock.d/`environment`, `folder` being PolicyFile::folder. Files of other names
  /// are no locks. Error lock_unreadable: a symbolic link, too large, in conflict. Error usage: no plain name.
  [[nodiscard]] LockSet locks(const Source& source, std::string_view environment,
                              const std::filesystem::path& folder = {}) const;

  /// Where this environment's locks are written: absolute. Error usage: a symbolic link is on the way there.
  [[nodiscard]] std::filesystem::path lock_folder(std::string_view environment,
                                                  const std::filesystem::path& folder = {}) const;

  /// Whether the work tree has a lock of this environment: with none in the index, "the lock is here but not staged".
  [[nodiscard]] bool has_lock_in_work_tree(std::string_view environment,
                                           const std::filesystem::path& folder = {}) const;

  /// Whether something is staged and all of it matches the policy's `ignore` patterns. Nothing staged: false.
  [[nodiscard]] bool only_ignored_staged(const std::vector<std::string>& ignore) const;

 private:
  Repository(git::Git git, git::Layout layout, std::filesystem::path start);

  git::Git git_;  ///< at the top
  git::Layout layout_;
  std::filesystem::path top_, start_;
};

}  // namespace envguard::repository
