#pragma once

#include "compare/measure.hpp"
#include "model/run.hpp"

namespace envguard::inquiry {

/// What this check may spend on measuring.
struct Budget {
  int processes = 0;
  double seconds = 0;
};

/// Where runs come from: a fresh engine process each, or in tests a table. Nothing else of a check can start anything.
class Laboratory {
 public:
  Laboratory() = default;
  virtual ~Laboratory() = default;
  Laboratory(const Laboratory&) = delete;
  Laboratory& operator=(const Laboratory&) = delete;

  /// One process. A fault is in the Run.
  [[nodiscard]] virtual model::Run measure(const compare::Measure& wanted) = 0;
  /// What is left.
  [[nodiscard]] virtual Budget left() const = 0;
};

}  // namespace envguard::inquiry
