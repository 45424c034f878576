#include "process/interrupt.hpp"

#include <array>

#include <poll.h>

#include "base/error.hpp"
#include "process/child.hpp"

namespace envguard::process {

namespace {

constexpr std::array interrupting{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing but the file's own state.
volatile std::sig_atomic_t received = 0;
volatile std::sig_atomic_t watching = 0;

void note(int signal) {
  received = signal;
}

int pending() {
  sigset_t signals;
  sigemptyset(&signals);
  sigpending(&signals);
  for (const int signal : interrupting) {
    if (sigismember(&signals, signal) == 1) return signal;
  }
  return 0;
}

}  // namespace

Interrupt::Interrupt() {
  sigset_t blocked;
  sigemptyset(&blocked);
  struct sigaction action{};
  action.sa_handler = note;
  for (std::size_t i = 0; i < interrupting.size(); ++i) {
    sigaction(interrupting[i], nullptr, &previous_[i]);
    if (previous_[i].sa_handler == SIG_IGN) continue;
    sigaddset(&blocked, interrupting[i]);
    sigaction(interrupting[i], &action, nullptr);
  }
  sigprocmask(SIG_BLOCK, &blocked, &previous_mask_);
  received = 0;
  watching = 1;
}

Interrupt::~Interrupt() {
  watching = 0;
  // The mask first: a signal that is still pending has been answered, and must not end the process now.
  sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
  for (std::size_t i = 0; i < interrupting.size(); ++i) sigaction(interrupting[i], &previous_[i], nullptr);
}

void Interrupt::throw_if_interrupted() {
  if (watching == 0) return;
  const int signal = received != 0 ? static_cast<int>(received) : pending();
  if (signal != 0) throw base::Error(base::ExitCode::interrupted, "interrupted by " + signal_name(signal));
}

void pause(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec timeout{seconds.count(), std::chrono::nanoseconds(time - seconds).count()};
  const auto mask = waiting_mask();
  ::ppoll(nullptr, 0, &timeout, &mask);
  Interrupt::throw_if_interrupted();
}

sigset_t waiting_mask() {
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  sigdelset(&mask, SIGCHLD);
  if (watching != 0) {
    for (const int signal : interrupting) sigdelset(&mask, signal);
  }
  return mask;
}

}  // namespace envguard::process
