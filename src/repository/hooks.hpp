#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "repository/repository.hpp"

namespace envguard::repository {

enum class HookState { absent, installed, program_gone, foreign };
[[nodiscard]] std::string_view name(HookState state);  ///< kebab-case

/// One hook of git, as it lies there.
struct Hook {
  std::string name;            ///< "pre-commit"
  std::filesystem::path path;  ///< absolute
  HookState state = HookState::absent;
  std::filesystem::path program;   ///< what an installed script starts
  std::filesystem::path previous;  ///< the hook that it runs first; empty: none
};

struct HookReport {
  std::vector<Hook> hooks;         ///< pre-commit, pre-merge-commit
  std::vector<std::string> notes;  ///< "core.hooksPath is set globally: every repository of yours runs these hooks"
};

/// The hooks that envguard has a part in.
[[nodiscard]] const std::vector<std::string>& hook_names();

/// What is there.
[[nodiscard]] HookReport hook_status(const Repository& repository);

/// Writes the scripts. A hook that is already there is renamed beside (`pre-commit.before-envguard`) and runs first,
/// its exit code kept; at no moment is there none. Installing again renews the program's path and chains nothing twice.
/// Error usage: hooks are off (core.hooksPath is no folder), or the hook there finds out by its own file name which
/// hook it is (husky, overcommit), so that it cannot be renamed. Error could_not_measure: cannot be written.
[[nodiscard]] HookReport install_hooks(const Repository& repository, const std::filesystem::path& program);

/// Takes envguard's own scripts away and gives the renamed hooks back. A hook that is not envguard's stays as it is.
[[nodiscard]] HookReport uninstall_hooks(const Repository& repository);

}  // namespace envguard::repository
