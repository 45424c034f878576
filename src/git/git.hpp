#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "git/entries.hpp"
#include "model/machine.hpp"
#include "process/run.hpp"

namespace envguard::git {

/// Where a repository lies, all absolute.
struct Layout {
  std::filesystem::path git_dir, common_dir;
  std::filesystem::path hooks;               ///< core.hooksPath counted
  std::optional<std::filesystem::path> top;  ///< of the work tree; nothing in a bare repository or inside of `.git`
  bool bare = false;
};

/// One or more blobs that were asked for: nothing where the repository has no such object.
using Blobs = std::vector<std::optional<std::string>>;

/// A repository through git's own plumbing, so that every index format, object format and work tree is git's business.
/// Each call is one process. git keeps the caller's whole environment (GIT_INDEX_FILE names the index that is being
/// committed), less the four variables that change what a pathspec means; its messages are English.
/// Nothing that a repository's configuration names is run: no file-system monitor, no filter. A bare repository that
/// was found by walking up is not read, since its configuration may be a file that the repository around it tracks.
/// Every call throws Error could_not_measure where git is missing or fails for a reason that is not the question's
/// answer; the message holds git's own.
class Git {
 public:
  Git(std::filesystem::path directory, model::EnvironmentMap environment);

  /// Of another repository: without the variables by which the caller's git names this one.
  [[nodiscard]] Git elsewhere(std::filesystem::path directory) const;
  /// Of the same place, with the index that git itself would take: without GIT_INDEX_FILE.
  [[nodiscard]] Git with_own_index() const;
  /// Whether a variable of the caller's tells git which repository or index is meant.
  [[nodiscard]] bool is_told_where() const;

  /// Nothing where `directory` is in no repository. Error usage, with what to type, where git does not trust its owner.
  [[nodiscard]] std::optional<Layout> layout() const;

  /// The index's entries at and under these paths (literal, relative to the top, from whatever folder).
  [[nodiscard]] std::vector<Entry> index_entries(const std::vector<std::string>& paths) const;
  /// The same of a commit, by its whole id.
  [[nodiscard]] std::vector<Entry> tree_entries(const std::string& commit, const std::vector<std::string>& paths) const;

  /// The commit's whole id; nothing where the revision does not exist (an unborn HEAD).
  [[nodiscard]] std::optional<std::string> commit(std::string_view revision) const;

  /// Contents in the order asked for. Sizes are asked first: Error `too_large`, naming path and limit, before reading
  /// a larger one. `entries[i]` is limited by `limits[i]` bytes.
  [[nodiscard]] Blobs blobs(const std::vector<Entry>& entries, const std::vector<std::size_t>& limits,
                            base::ExitCode too_large) const;

  /// The ids of these files of the work tree as they are, no filter applied: a filter is a program that the
  /// repository's configuration names. The files must be there.
  [[nodiscard]] std::vector<std::string> file_ids(const std::vector<std::string>& paths) const;

  /// What `git diff --cached` would show against HEAD (against nothing before the first commit) outside of `ignore`
  /// (git's pathspec patterns): whether there is any.
  [[nodiscard]] bool anything_staged(const std::vector<std::string>& ignore) const;

  /// Whether the index holds anything at or under one of these paths (literal, relative to the top).
  [[nodiscard]] bool tracks(const std::vector<std::string>& paths) const;
  /// Whether the commit that is checked out holds one of these paths. False before the first commit.
  [[nodiscard]] bool head_holds(const std::vector<std::string>& paths) const;

  struct Setting {
    std::string scope;  ///< "local", "worktree", "global", "system", "command"
    std::string value;
  };
  [[nodiscard]] std::optional<Setting> config(const std::string& name) const;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  static constexpr std::size_t output_limit = std::size_t{1} << 20;
  [[nodiscard]] process::Result run(std::vector<std::string> arguments, std::string input = {},
                                    std::size_t limit = output_limit) const;
  [[nodiscard]] process::Result run_or_throw(std::vector<std::string> arguments, std::string input = {},
                                             std::size_t limit = output_limit) const;

  std::filesystem::path directory_;
  model::EnvironmentMap environment_;
};

/// What a git command that failed says.
[[nodiscard]] base::Error failure(std::string_view command, const process::Result& result);

}  // namespace envguard::git
