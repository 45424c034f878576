#pragma once

namespace envguard::model {

/// How far a tensor lies from another, estimated from their sketches (recipe/summary.hpp).
struct Distance {
  double value = 0;          ///< L2 of the difference, over the larger of the two norms
  double low = 0, high = 0;  ///< the true distance lies between them in 95 of 100 cases
  bool absolute = false;     ///< both norms are 0: `value` is the L2 itself
  bool resolved = true;      ///< false: the bits differ and the sketches do not, so it is below what they resolve
  friend bool operator==(const Distance&, const Distance&) = default;
};

}  // namespace envguard::model
