#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/lock.hpp"

namespace envguard::compare {

/// Error lock_unreadable at `place` where the lock holds less than `envguard lock` writes:
/// - its recipe is newer than this program's, or older than its schema;
/// - a probe of its recipe has no line and is not quarantined. Of recipe 1 and 2 this asks for the strict probes that
///   are known to have been in them, and of recipe 2 for as-is lines at all;
/// - it holds a part of the probes of embedded machine code. A build has all of them or none;
/// - a line or a quarantined name of this program's own recipe is no probe of it;
/// - a probe is quarantined twice, or too many are.
void check_completeness(const model::Lock& lock, std::string_view place);

/// Whether so many of the probes are quarantined that the machine, and not the probes, must be looked at: more than a
/// tenth. `lock` writes no such lock.
[[nodiscard]] bool too_many_quarantined(std::size_t quarantined, std::size_t probes);

/// What must be said of a lock whose lines nothing seals, since an older envguard wrote it. Empty for any other lock.
[[nodiscard]] std::string note_on_form(const model::Lock& lock);

}  // namespace envguard::compare
