#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "model/machine.hpp"
#include "process/child.hpp"

namespace envguard::process {

struct Command {
  std::vector<std::string> argv;
  std::filesystem::path directory;  ///< empty: the caller's
  model::EnvironmentMap environment;
  std::string input;
  std::chrono::milliseconds deadline{10'000};
  std::size_t output_limit = std::size_t{16} << 20;  ///< of out and of err each
  std::chrono::milliseconds silence{0};              ///< without a byte for so long it is timed out too; 0: it may be
};

struct Result {
  int exit_code = -1;  ///< -1: ended by a signal
  int signal = 0;
  bool timed_out = false;
  std::chrono::milliseconds waited{0};  ///< timed out: the deadline or the silence that was over
  bool truncated = false;               ///< more than `output_limit` came; the first bytes are kept
  std::string out, err;
  std::string undead;  ///< of `run_or_leave`: "process 7 does not die (state D)"; empty: it has ended

  [[nodiscard]] bool ok() const { return exit_code == 0 && !timed_out && !truncated && undead.empty(); }
};

/// Runs a program to its end. At the deadline its session is killed. Error could_not_measure where it cannot be
/// started, or is still there 2 s after SIGKILL; Error interrupted.
[[nodiscard]] Result run(const Command& command, const Kill& kill = kill_session);

/// The same for a child whose last words count: one that does not die is left, and told in `undead`.
[[nodiscard]] Result run_or_leave(const Command& command, const Kill& kill = kill_session);

}  // namespace envguard::process
