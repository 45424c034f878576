#pragma once

#include <chrono>
#include <optional>

namespace envguard::report {

/// What the reader's terminal can do.
struct Style {
  bool color = false;
  int width = 80;                                              ///< columns; less than 80 is taken as 80
  std::optional<std::chrono::system_clock::time_point> now{};  ///< unknown: times are printed instead of ages
};

}  // namespace envguard::report
