#pragma once

#include "model/lock.hpp"
#include "model/results.hpp"

namespace envguard::compare {

/// One side of a comparison.
struct LockSide {
  const model::Lock& lock;
  const model::EvidenceTable* evidence = nullptr;  ///< null: none at hand, so there are no distances
};

/// Everything that two locks record otherwise. Names of the sides, environment and target are left for the caller.
[[nodiscard]] model::LockDiff diff(const LockSide& older_side, const LockSide& newer_side);
[[nodiscard]] model::LockDiff added(const model::Lock& lock);
[[nodiscard]] model::LockDiff removed(const model::Lock& lock);

/// A lock's [change] out of what differs; nothing where nothing does.
[[nodiscard]] std::optional<model::Change> change_of(const model::LockDiff& diff);

}  // namespace envguard::compare
