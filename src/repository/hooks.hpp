#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/hooks.hpp"
#include "repository/repository.hpp"

namespace envguard::repository {

using model::Hook;
using model::HookReport;
using model::HookState;

/// The hooks that envguard has a part in.
[[nodiscard]] const std::vector<std::string>& hook_names();

/// What is there.
[[nodiscard]] HookReport hook_status(const Repository& repository);

/// Writes the scripts. A hook that is already there is renamed beside (`pre-commit.before-envguard`) and runs first,
/// its exit code kept; at no moment is there none. Installing again renews the program's path and chains nothing twice.
/// Error usage: hooks are off (core.hooksPath is no folder), or the hook there finds out by its own file name which
/// hook it is (husky, overcommit), so that it cannot be renamed. Error could_not_measure: cannot be written.
HookReport install_hooks(const Repository& repository, const std::filesystem::path& program);

/// Takes envguard's own scripts away and gives the renamed hooks back. A hook that is not envguard's stays as it is.
HookReport uninstall_hooks(const Repository& repository);

}  // namespace envguard::repository
