#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envguard::git {

/// One entry of an index or of a tree.
struct Entry {
  std::string path;  ///< relative to the top of the work tree, as git keeps it: bytes, '/' between folders
  std::uint32_t mode = 0;
  std::string id;  ///< of the blob (or, mode 160000, of the submodule's commit); SHA-1 or SHA-256 in hex
  int stage = 0;   ///< 1 to 3: in conflict

  [[nodiscard]] bool is_file() const { return mode == 0100644 || mode == 0100755; }
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// Entries as `git ls-files -s -z` and `git ls-tree -r -z` print them. Error could_not_measure at anything else.
[[nodiscard]] std::vector<Entry> parse_index_entries(std::string_view output);
[[nodiscard]] std::vector<Entry> parse_tree_entries(std::string_view output);

}  // namespace envguard::git
