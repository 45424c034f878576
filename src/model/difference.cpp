#include "model/difference.hpp"

#include <tuple>

namespace envguard::model {

namespace {

/// Unknown counts as less than any class here: it says nothing of how far.
int gravity(const MovedProbe& probe) {
  return probe.drift_class ? static_cast<int>(*probe.drift_class) : -1;
}

double bands(const MovedProbe& probe) {
  return probe.distance && probe.band && *probe.band > 0 ? probe.distance->value / *probe.band : 0;
}

}  // namespace

bool moved_more(const MovedProbe& a, const MovedProbe& b) {
  const auto key = [](const MovedProbe& probe) {
    return std::tuple(gravity(probe), bands(probe), probe.distance ? probe.distance->value : 0);
  };
  return key(a) > key(b);
}

}  // namespace envguard::model
