#pragma once

#include <string>
#include <string_view>

#include "model/lock.hpp"

namespace envguard::lockfile {

/// The bytes of `T.toml` in the current schema, sealed: the same lock, the same bytes. Error could_not_measure where no
/// reader would take them, as with a reason of more than 16 KiB.
[[nodiscard]] std::string write_lock(const model::Lock& lock);

/// Reads `T.toml`. Error lock_unreadable, with place and line: too large, not TOML, a newer schema, a key missing or of
/// a wrong type, malformed hex, a probe twice, a [key] that this version does not know, a recorded value that no
/// envguard writes (recipe/knobs.hpp, recipe/recorded.hpp), an id that does not follow from the lines, or a seal that
/// does not follow from the file. Whether the lock holds every probe of its recipe is compare::check_completeness.
[[nodiscard]] model::Lock parse_lock(std::string_view text, std::string_view place);

/// Error lock_unreadable where the lock names another environment or target than the folder and the file it lies as: a
/// copy or a rename would judge one environment by another's lock.
void check_place(const model::Lock& lock, std::string_view environment, std::string_view target,
                 std::string_view place);

}  // namespace envguard::lockfile
