#pragma once

#include <string_view>

#include "model/policy.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// Sets the weight of every moved probe: allowed by an [[allow]] of this target that has not ended on `today` (UTC),
/// tolerated where its class is milder than `fail-on`, else it blocks. A probe without a class blocks, but one that
/// detects and never classifies goes with the gravest class among those that moved with it. An [[allow]] that has
/// ended, or names no probe, becomes a note.
void weigh(model::Judgement& judgement, const model::Policy& policy, std::string_view today);

/// Whether any moved probe blocks.
[[nodiscard]] bool blocked_by_numerics(const model::Judgement& judgement);

}  // namespace envguard::compare
