#pragma once

#include <string_view>

#include "base/hash.hpp"
#include "lockfile/document.hpp"

namespace envguard::lockfile {

/// The key of a lock that holds its seal.
inline constexpr std::string_view seal_key = "seal";

/// The seal of a lock: XXH3-128 over one line `PATH = VALUE` for each value of the document, both as TOML text, sorted,
/// each ended by a newline. The seal itself is left out. Keys that this version does not know are covered. Comments,
/// blank lines and the order of keys and tables are not covered.
[[nodiscard]] base::Hash128 seal_of(const Table& document);

}  // namespace envguard::lockfile
