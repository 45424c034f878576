#pragma once

#include <chrono>
#include <csignal>

namespace envguard::process {

/// While it lives, SIGINT, SIGTERM and SIGHUP are noticed and not obeyed at once: they are blocked but for the time in
/// which `process` waits for a child, so that an interruption ends the child first and then becomes Error(interrupted).
/// A signal that was ignored at the start (nohup) stays ignored. Made once, by `main`.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Error interrupted, naming the signal, once one of the three has come. Does nothing where no Interrupt lives.
  static void throw_if_interrupted();

 private:
  sigset_t previous_mask_{};
  struct sigaction previous_[3]{};
};

/// Waits, `time` at most a few seconds. Error interrupted.
void pause(std::chrono::milliseconds time);

/// The mask under which a wait is made: the thread's own, without the signals that must end the wait.
[[nodiscard]] sigset_t waiting_mask();

}  // namespace envguard::process
