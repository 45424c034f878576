#pragma once

#include <chrono>

namespace envguard::process {

/// Time in which envguard itself was running: a gap longer than a wait can be (SIGSTOP, a suspended machine) counts as
/// one wait.
class AwakeClock {
 public:
  /// The longest wait between two readings; who waits longer loses time.
  static constexpr std::chrono::milliseconds slice{100};

  /// Time since this clock was made. Each reading counts at most two slices since the last.
  [[nodiscard]] std::chrono::milliseconds read();

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::chrono::nanoseconds elapsed_{};
};

}  // namespace envguard::process
