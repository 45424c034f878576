#pragma once

#include <optional>
#include <string>

#include "model/distance.hpp"
#include "model/drift_class.hpp"

namespace envguard::model {

/// A recorded value that is not the lock's: a version, a knob, a setting that PyTorch starts with, a [build] entry or
/// a cache size.
struct Difference {
  enum class Kind { version, knob, setting, build, cache };
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
  /// What the policy makes of it.
  enum class Weight {
    blocks,
    tolerated,  ///< milder than `fail-on`
    allowed     ///< by an [[allow]] that has not ended
  };
  std::string id;
  std::string locked;
  std::string here;
  std::optional<Distance> distance{};       ///< nothing where none is defined, or no evidence of both sides is at hand
  std::optional<double> band{};             ///< of the lock
  std::optional<DriftClass> drift_class{};  ///< nothing: not known, or a probe that detects and never classifies
  bool borderline = false;                  ///< the distance's interval crosses a border; the class is the worse one
  Weight weight = Weight::blocks;
  std::string allowance{};      ///< the reason of the [[allow]]
  std::string allowed_until{};  ///< its last day
};

/// Whether `a` moved more than `b`: the graver class, then the more bands, then the farther.
[[nodiscard]] bool moved_more(const MovedProbe& a, const MovedProbe& b);

struct LayerSummary {
  std::string layer;
  int moved = 0;
  int of = 0;
  std::string worst{};  ///< id of the probe that moved most; empty where none moved
};

}  // namespace envguard::model
