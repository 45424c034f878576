#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compare/measure.hpp"
#include "model/observed.hpp"
#include "model/policy.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

using Next = std::variant<Measure, model::Judgement>;

/// What to do next about one lock on this machine: measure, or this judgement. Pure: no clock, no file, no process.
/// The judgement's exit code is that of a check by hand; `settle` applies [commit] or [ci].
/// `against`: another PyTorch is at hand, to be put in the place of the judged one (Step::other_install).
[[nodiscard]] Next next(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
                        const Runs& runs, bool against = false);

/// The judgement of a lock that nothing could be measured for, a busy GPU's or that of a torch without CUDA: what is
/// known without measuring is held against the lock all the same, where this is its hardware.
[[nodiscard]] model::Judgement not_measured(const model::Baseline& baseline, const model::Policy& policy,
                                            const model::Observed& observed, model::Outcome outcome, std::string what,
                                            std::string next);

}  // namespace envguard::compare
