#pragma once

#include <string>

#include "lockfile/document.hpp"
#include "lockfile/source.hpp"
#include "model/lock.hpp"

namespace envguard::lockfile {

/// Reads one of the tables that a lock records of a machine: "versions", "build", "caches", "knobs" or
/// "as-is.settings". Error lock_unreadable at the first line that no envguard writes: its text could otherwise reach
/// the environment of a child or a command that a user pastes.
[[nodiscard]] model::Table recorded_values(const Table& table, const std::string& path, const Source& source);

}  // namespace envguard::lockfile
