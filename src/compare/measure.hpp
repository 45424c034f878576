#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/run.hpp"

namespace envguard::compare {

/// What one process has otherwise than the machine: recorded differences that are put back as the lock has them.
struct Step {
  std::vector<std::pair<std::string, std::optional<std::string>>> variables;  ///< without a value: removed
  std::vector<std::pair<std::string, std::string>> settings{};                ///< as-is: threads, flags
  bool other_install = false;  ///< the PyTorch of --against instead of the judged one
  friend bool operator==(const Step&, const Step&) = default;
};

/// Measure these probes, in this order, in one fresh process.
struct Measure {
  std::vector<std::string> probes;
  model::Profile profile = model::Profile::strict;
  std::vector<std::uint64_t> perturb{};  ///< as in model::Plan
  Step step{};
  friend bool operator==(const Measure&, const Measure&) = default;
};

/// A run, and what was asked of it.
struct Measured {
  Measure asked;
  model::Run run;
};

/// What was measured so far, oldest first, and what may still be spent.
struct Runs {
  std::vector<Measured> done;
  int processes_left = 0;
  double seconds_left = 0;

  [[nodiscard]] bool may_go_on() const { return processes_left > 0 && seconds_left > 0; }
};

}  // namespace envguard::compare
