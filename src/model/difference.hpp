#pragma once

#include <optional>
#include <string>

#include "model/distance.hpp"

namespace envguard::model {

/// A recorded value that is not the lock's: a version, a knob, a [build] entry or a cache size.
struct Difference {
  enum class Kind { version, knob, build, cache };
  enum class Weight {
    note,
    overridden,
    excused,
    blocks
  };  ///< overridden: strict replaces this knob, so it cannot have moved a strict probe
  Kind kind = Kind::version;
  std::string name;
  std::string locked;  ///< "not set", "not found" where the lock has none
  std::string here;
  Weight weight = Weight::note;
  std::string rule;  ///< of the policy: "locked", ">=580", "any"
};

/// A probe whose line is not the lock's.
struct MovedProbe {
  std::string id;
  std::string locked;
  std::string here;
  std::optional<Distance> distance{};  ///< nothing where none is defined, or no evidence of both sides is at hand
};

struct LayerSummary {
  std::string layer;
  int moved = 0;
  int of = 0;
};

}  // namespace envguard::model
