#include "process/awake_clock.hpp"

#include <algorithm>

namespace envguard::process {

std::chrono::milliseconds AwakeClock::read() {
  const auto now = std::chrono::steady_clock::now();
  elapsed_ += std::min<std::chrono::nanoseconds>(now - last_, 2 * slice);
  last_ = now;
  return std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_);
}

}  // namespace envguard::process
