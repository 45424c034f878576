#pragma once

#include <string>
#include <vector>

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

  /// One process over these probes, in this order. A fault is in the Run.
  [[nodiscard]] virtual model::Run measure(const std::vector<std::string>& probes) = 0;
  /// What is left.
  [[nodiscard]] virtual Budget left() const = 0;
};

}  // namespace envguard::inquiry
