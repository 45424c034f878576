#pragma once

#include <string>

namespace envguard::engine {

/// While it lives, descriptor 2 is a memfd: before 2.13 PyTorch gives the message of a refused call nowhere but there.
/// What was printed is handed on to the real stderr.
class PrintedText {
 public:
  /// Error could_not_measure where the system has no memory or descriptor for it.
  PrintedText();
  ~PrintedText();
  PrintedText(const PrintedText&) = delete;
  PrintedText& operator=(const PrintedText&) = delete;

  /// The message in what was printed since the last `take` or `hand_on`: without PyTorch's log prefix and C++
  /// backtrace, at most 4 KiB.
  [[nodiscard]] std::string take();
  /// Writes what was printed to the real stderr and forgets it.
  void hand_on();

 private:
  [[nodiscard]] std::string read_all() const;
  int memory_;
  int real_;
  std::size_t taken_ = 0;
};

/// PyTorch's own words in what its C interface prints of a failure.
[[nodiscard]] std::string refusal_message(std::string printed);

}  // namespace envguard::engine
