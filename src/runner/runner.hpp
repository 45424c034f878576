#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/machine.hpp"
#include "model/run.hpp"
#include "process/awake_clock.hpp"
#include "process/child.hpp"
#include "process/environment.hpp"

namespace envguard::runner {

struct Progress {
  enum class Stage { opening, opened, probe };
  Stage stage = Stage::opening;
  std::string name;  ///< the library, the PyTorch version, or the probe
  int done = 0;      ///< probes answered
  int of = 0;
};

/// For how long an engine may say nothing.
struct Deadlines {
  std::chrono::milliseconds opening{30'000};  ///< of one library, or of the GPU
  std::chrono::milliseconds probe{20'000};
};

/// Variables of one measurement alone; without a value it is removed.
using Variables = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// What the engines of one command have in common.
struct Setup {
  std::filesystem::path engine;  ///< absolute
  std::string build;             ///< of envguard; the engine must be of the same
  model::EnvironmentMap caller;  ///< the caller's whole environment
  /// The caller's folder, absolute: what relative entries of its LD_LIBRARY_PATH and LD_PRELOAD are meant from. The
  /// engine runs elsewhere. Empty: they are left as they are.
  std::filesystem::path directory;
  std::filesystem::path cache;  ///< kernels that CUDA compiles are kept below it
  /// What the user typed (`compare --knob NAME=VALUE`), free of any rule. It wins over the profile.
  Variables typed{};
  std::map<int, std::string> gpu_uuids;  ///< by CUDA's index; a `cuda:N` plan is started with that GPU alone visible
  Deadlines deadlines;
  process::Kill kill = process::kill_session;
  /// Told each Run before it counts; what it throws ends the measurement. Empty: nobody asks.
  std::function<void(const model::Run&)> examine{};
};

/// What to tell while an engine runs; each may be empty.
struct Watch {
  std::function<void(const Progress&)> progress;
  /// A whole tensor, where the plan keeps bytes. The view ends with the call.
  std::function<void(const std::string& probe, std::span<const std::byte>)> tensor;
};

/// Plan -> engine process -> Run. After it no process of the engine's session is left that SIGKILL can end, and no
/// file.
class Runner {
 public:
  explicit Runner(Setup setup) : setup_(std::move(setup)) {}

  /// The same runner, with variables that the user typed.
  [[nodiscard]] Runner with_typed(Variables typed) const;

  /// A fault of the engine is in the Run, never thrown. After a CUDA error the remaining units run in a new process, at
  /// most three times. `deadline` is for all of them together. `step`: variables of this measurement alone, which may
  /// come from a lock. Error interrupted, could_not_measure where `step` has what no experiment may set or remove, and
  /// whatever `Setup::examine` throws.
  [[nodiscard]] model::Run run(const model::Plan& plan, std::chrono::milliseconds deadline, const Watch& watch = {},
                               const Variables& step = {}) const;

 private:
  [[nodiscard]] model::Run measure(const model::Plan& plan, const process::Environment& environment,
                                   process::AwakeClock& clock, std::chrono::milliseconds deadline,
                                   const Watch& watch) const;
  Setup setup_;
};

}  // namespace envguard::runner
