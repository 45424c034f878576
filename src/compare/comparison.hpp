#pragma once

#include <vector>

#include "model/comparison.hpp"
#include "model/lock.hpp"
#include "model/run.hpp"

namespace envguard::compare {

/// Two whole runs of one side in fresh processes. Either may have a fault.
struct RunsOfSide {
  model::Run first, second;
};

/// Fills in what was measured of the sides, and compares every two of them. `runs`: one of each side, in their order.
/// `bands`: of the first side that could be measured; may be empty, and then there are no classes.
void compare_sides(model::Comparison& comparison, const std::vector<RunsOfSide>& runs,
                   const std::vector<model::EvidenceRecord>& bands);

/// The evidence of a run with the bands that a run which perturbs shows.
[[nodiscard]] std::vector<model::EvidenceRecord> evidence_with_bands(const model::Run& run,
                                                                     const model::Run& perturbed);

}  // namespace envguard::compare
