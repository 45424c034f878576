#pragma once

#include <string>

#include "trust/walk.hpp"

namespace envguard::trust {

/// Why this file is not the user's or root's alone: "belongs to user 1001", "can be written by others"; empty: it is.
/// Writable by the user's own private group (umask 002 with a group of the user's name and no other member) counts as
/// alone.
[[nodiscard]] std::string not_alone(const Step& step, uid_t user);

}  // namespace envguard::trust
