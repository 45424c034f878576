#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/policy.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// Sets the weight of every moved probe: allowed by an [[allow]] of this target that has not ended on `today` (UTC),
/// tolerated where its class is milder than `fail-on`, else it blocks. A probe without a class blocks, but one that
/// detects and never classifies goes with the gravest class among those that moved with it. An [[allow]] that has
/// ended, or names no probe, becomes a note.
void weigh(model::Judgement& judgement, const model::Policy& policy, std::string_view today);

/// What the policy says about the numerics of this lock, a sentence each, where it is not silent: a `fail-on` that lets
/// changes pass, every [[allow]] that counts on `today`, and `least-computed`. A verdict hides none of it.
[[nodiscard]] std::vector<std::string> what_the_policy_says(const model::Policy& policy,
                                                            const model::Judgement& judgement, std::string_view today);

/// Whether any moved probe blocks.
[[nodiscard]] bool blocked_by_numerics(const model::Judgement& judgement);

}  // namespace envguard::compare
