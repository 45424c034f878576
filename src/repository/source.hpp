#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/policy.hpp"

namespace envguard::repository {

/// What counts: `check` by hand reads the work tree, a hook the index, CI a commit.
enum class View { work_tree, index, commit };

struct Source {
  View view = View::work_tree;
  std::string revision;  ///< of View::commit, as the user wrote it

  [[nodiscard]] std::string text() const;  ///< "work tree", "index", "commit HEAD~2"
};

/// A path and git's id of its content: what a kept verdict names as its input.
using Input = std::pair<std::string, std::string>;

struct PolicyFile {
  model::Policy policy;
  std::string place;             ///< "index:envguard.toml", or the file's path in the work tree
  std::filesystem::path folder;  ///< where it lies, relative to the top; empty: at the top. Its locks lie beside it
  std::vector<Input> inputs;  ///< the file itself, then the pyproject.toml beside it that was read and has no section
};

/// A lock as it lies in the repository: texts, not yet parsed.
struct LockFile {
  std::string environment, target;
  std::string place;                    ///< of T.toml: "index:envguard.lock.d/train/h200.toml"
  std::string text;                     ///< of T.toml
  std::optional<std::string> evidence;  ///< bytes of T.evidence; nothing where there is none
};

/// The locks of one environment.
struct LockSet {
  std::vector<LockFile> locks;  ///< by target
  std::vector<Input> inputs;    ///< every file under envguard.lock.d/E, by path
};

}  // namespace envguard::repository
