#pragma once

#include <string>
#include <string_view>

#include "model/lock.hpp"

namespace envguard::lockfile {

/// The bytes of `T.toml`: the same lock, the same bytes.
[[nodiscard]] std::string write_lock(const model::Lock& lock);

/// Reads `T.toml`. Error lock_unreadable, with place and line: too large, not TOML, a newer schema, a key missing or of
/// a wrong type, malformed hex, a probe twice, a [key] that this version does not know, or an id that does not follow
/// from the lines.
[[nodiscard]] model::Lock parse_lock(std::string_view text, std::string_view place);

}  // namespace envguard::lockfile
