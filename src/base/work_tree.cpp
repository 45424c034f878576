#include "base/work_tree.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace envguard::base {

namespace {

namespace fs = std::filesystem;

/// The tops of the work trees around a folder, nearest first.
std::vector<fs::path> tops_around(const fs::path& start) {
  std::vector<fs::path> tops;
  for (auto folder = start; !folder.empty(); folder = folder.parent_path()) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(folder / ".git", error))) tops.push_back(folder);
    if (folder == folder.parent_path()) break;
  }
  return tops;
}

/// The repository that a folder lies in. The `.git` of a submodule, and of a linked work tree, is a file.
std::optional<fs::path> outermost_of_one_repository(const fs::path& start) {
  std::optional<fs::path> found;
  for (const auto& top : tops_around(start)) {
    found = top;
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(top / ".git", error))) break;
  }
  return found;
}

fs::path resolved(const fs::path& path) {
  std::error_code error;
  auto real = fs::weakly_canonical(path, error);
  return error ? path : real;
}

}  // namespace

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

bool lies_in_work_tree_of(const fs::path& folder, const fs::path& path) {
  const auto top = outermost_of_one_repository(resolved(folder));
  return top && (is_within(path.lexically_normal(), *top) || is_within(resolved(path), *top));
}

bool lies_in_a_work_tree(const fs::path& path) {
  return !tops_around(path.lexically_normal()).empty() || !tops_around(resolved(path)).empty();
}

}  // namespace envguard::base
