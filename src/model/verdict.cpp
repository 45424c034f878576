#include "model/verdict.hpp"

namespace envguard::model {

std::string_view name(Outcome outcome) {
  using enum Outcome;
  switch (outcome) {
    case match:
      return "match";
    case version_drift:
      return "version-drift";
    case numeric_drift:
      return "numeric-drift";
    case unstable:
      return "unstable";
    case transient:
      return "transient";
    case not_locked:
      return "not-locked";
    case no_torch:
      return "no-torch";
    case no_gpu:
      return "no-gpu";
    case gpu_busy:
      return "gpu-busy";
    case could_not_measure:
      return "could-not-measure";
    case untrusted:
      return "untrusted";
    case lock_unreadable:
      return "lock-unreadable";
    case usage:
      return "usage";
    case too_few_computed:
      return "too-few-computed";
  }
  return "unknown";
}

int Numerics::identical() const {
  int equal = 0;
  for (const auto& layer : layers) equal += layer.of - layer.moved;
  return equal - unsupported - not_deterministic;
}

}  // namespace envguard::model
