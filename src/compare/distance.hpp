#pragma once

#include <optional>
#include <vector>

#include "model/lock.hpp"
#include "model/run.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// The distance between two results of one probe whose bits differ. Nothing where none is defined: another number of
/// elements, or other NaN or Inf positions, which norm and sketch leave out.
[[nodiscard]] std::optional<model::Distance> distance(const model::Evidence& locked, const model::Evidence& here);

/// Fills in the distances from the lock to a run. The rng layer has none: another stream is another, however near.
void set_distances(std::vector<model::MovedProbe>& moved, const model::EvidenceTable& locked, const model::Run& here);

}  // namespace envguard::compare
