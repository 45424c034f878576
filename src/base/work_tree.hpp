#pragma once

#include <filesystem>

namespace envguard::base {

/// Whether `path` is `folder` or lies under it, by their names alone.
[[nodiscard]] bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Whether the path, as written or resolved, lies in the git work tree in which `folder` lies, or in one around it that
/// has that as a submodule. What lies there may be what the repository brought along. Told by `.git` alone: git itself
/// is not asked, since this also decides which git is run.
[[nodiscard]] bool lies_in_work_tree_of(const std::filesystem::path& folder, const std::filesystem::path& path);

/// Whether the path, as written or resolved, lies in any git work tree.
[[nodiscard]] bool lies_in_a_work_tree(const std::filesystem::path& path);

}  // namespace envguard::base
