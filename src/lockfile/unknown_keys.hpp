#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lockfile/document.hpp"

namespace envguard::lockfile {

/// Keys of a later version of the same schema, as `model::Lock::unknown` holds them: dotted path and TOML text.
using UnknownKeys = std::vector<std::pair<std::string, std::string>>;

/// The keys below one table path; both sides as TOML text.
struct UnknownTable {
  std::string path;  ///< "image", "change.linalg"; empty: the file's top
  std::vector<std::pair<std::string, std::string>> keys;
};

/// Every value below this entry, with its path from the file's top; `path` is the table that holds the entry.
[[nodiscard]] UnknownKeys values_below(const std::string& path, const Entry& entry);

/// By table, in the order of their first keys.
[[nodiscard]] std::vector<UnknownTable> group(const UnknownKeys& keys);

}  // namespace envguard::lockfile
