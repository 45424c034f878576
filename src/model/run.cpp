#include "model/run.hpp"

#include <algorithm>

namespace envguard::model {

std::string_view name(Fault::Kind kind) {
  using enum Fault::Kind;
  switch (kind) {
    case engine_missing:
      return "engine-missing";
    case other_build:
      return "other-build";
    case not_opened:
      return "not-opened";
    case crashed:
      return "crashed";
    case timed_out:
      return "timed-out";
    case bad_protocol:
      return "bad-protocol";
    case no_done:
      return "no-done";
    case cuda_error:
      return "cuda-error";
    case will_not_die:
      return "will-not-die";
    case gpu_taken:
      return "gpu-taken";
  }
  return "unknown";
}

const ProbeResult* Run::probe(std::string_view id) const {
  const auto found = std::ranges::find(probes, id, &ProbeResult::id);
  return found == probes.end() ? nullptr : &*found;
}

bool Run::whole() const {
  if (fault || rounds.size() != plan.perturb.size()) return false;
  const auto all_answered = [this](const std::vector<ProbeResult>& results) {
    return std::ranges::all_of(plan.probes, [&](const auto& id) {
      const auto found = std::ranges::find(results, id, &ProbeResult::id);
      return found != results.end() && found->status != ProbeStatus::failed;
    });
  };
  return plan.perturb.empty() ? all_answered(probes) : std::ranges::all_of(rounds, all_answered);
}

}  // namespace envguard::model
