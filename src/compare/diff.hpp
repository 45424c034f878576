#pragma once

#include "model/lock.hpp"
#include "model/results.hpp"

namespace envguard::compare {

/// Everything that two locks record otherwise. Names of the sides, environment and target are left for the caller.
[[nodiscard]] model::LockDiff diff(const model::Lock& older, const model::Lock& newer);
[[nodiscard]] model::LockDiff added(const model::Lock& lock);
[[nodiscard]] model::LockDiff removed(const model::Lock& lock);

/// A lock's [change] out of what differs; nothing where nothing does.
[[nodiscard]] std::optional<model::Change> change_of(const model::LockDiff& diff);

}  // namespace envguard::compare
