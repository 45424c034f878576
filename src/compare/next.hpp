#pragma once

#include <string>
#include <variant>
#include <vector>

#include "model/observed.hpp"
#include "model/policy.hpp"
#include "model/run.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// What was measured so far, oldest first, and what may still be spent. Every run is a fresh process over the same
/// probes.
struct Runs {
  std::vector<model::Run> runs;
  int processes_left = 0;
  double seconds_left = 0;
};

/// Measure these probes, in this order, in one fresh process.
struct Measure {
  std::vector<std::string> probes;
};

using Next = std::variant<Measure, model::Judgement>;

/// The most processes that one judgement asks for.
inline constexpr int most_processes = 5;

/// What to do next about one lock on this machine: measure, or this judgement. Pure: no clock, no file, no process.
/// The judgement's exit code is that of a check by hand; `settle` applies [commit] or [ci].
[[nodiscard]] Next next(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
                        const Runs& runs);

}  // namespace envguard::compare
