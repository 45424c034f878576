#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "model/machine.hpp"

namespace envguard::process {

/// Ends a session; injectable, so that a child that cannot die can be tried.
using Kill = std::function<void(pid_t session)>;

/// SIGKILL to every process of the session, whichever process group it is in.
void kill_session(pid_t session);

/// How a child ended: exactly one of the two is set.
struct Exit {
  std::optional<int> status;
  std::optional<int> signal;
};

/// "SIGSEGV".
[[nodiscard]] std::string signal_name(int signal);

struct Start {
  std::vector<std::string> argv;      ///< argv[0]: a path, or a name looked up in PATH of `environment`
  std::filesystem::path directory;    ///< the child's; empty: the caller's
  model::EnvironmentMap environment;  ///< the whole of it
  std::vector<int> descriptors;       ///< the child's 0, 1, 2 …; -1: /dev/null. Every other one is closed in the child.
};

/// One running child: leader of its own session, no terminal, signals unblocked and at their defaults. Started from the
/// main thread.
class Child {
 public:
  /// Error could_not_measure, with the program's name, where it cannot be started.
  explicit Child(const Start& start, Kill kill = kill_session);
  /// Ends the session as `end` does.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Nothing while it runs. The child is not reaped, so that its session's number stays taken.
  [[nodiscard]] std::optional<Exit> exited() const;
  /// Waits until one of `descriptors` can be read (its end included), the child ends, or `most` is over; never longer
  /// than a slice. Error interrupted.
  void wait(std::span<const int> descriptors, std::chrono::milliseconds most) const;
  /// Kills the session, waits and reaps. Nothing: the child does not die, in 10 s or in 2 s in the kernel (D state).
  std::optional<Exit> end();
  /// What to say of a child that does not die: "process 7 does not die (state D)".
  [[nodiscard]] std::string undead() const;
  /// Reaps a child that has exited, and leaves what it started running.
  Exit reap();

 private:
  Kill kill_;
  pid_t pid_ = -1;
  std::optional<Exit> reaped_;
  bool given_up_ = false;
  sigset_t previous_mask_{};
  struct sigaction previous_child_{};
};

}  // namespace envguard::process
