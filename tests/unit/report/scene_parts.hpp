#pragma once

#include <string>
#include <vector>

#include "scenes.hpp"

namespace envguard::report::test {

inline constexpr auto accept = "envguard lock --environment train --target cpu-amd-25-1 --reason \"…\"";
inline constexpr auto torch_back = "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu130";

/// A line of a lock: this digit 32 times.
[[nodiscard]] std::string hash(char digit);

/// What every judgement of a scene has: the lock, the layers, one run.
[[nodiscard]] model::Judgement judgement(model::Outcome outcome, base::ExitCode code);
/// The verdict that the first of these decides.
[[nodiscard]] model::Verdict verdict(std::vector<model::Judgement> judgements);

[[nodiscard]] model::Difference difference(model::Difference::Kind kind, std::string name, std::string locked,
                                           std::string here,
                                           model::Difference::Weight weight = model::Difference::Weight::note,
                                           std::string rule = {});
[[nodiscard]] std::vector<model::Difference> torch_upgrade();

/// 34 probes of three layers moved: rounding, a loss of precision on its border, and weights that never classify.
[[nodiscard]] model::Judgement drift();
[[nodiscard]] Scene drift_knob();
/// Every drift: how far, which class, why.
[[nodiscard]] std::vector<Scene> drift_scenes();
/// What the as-is profile adds, and a probe that depends on what ran before it.
[[nodiscard]] std::vector<Scene> profile_scenes();

}  // namespace envguard::report::test
