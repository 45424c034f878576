#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "cli/call.hpp"
#include "model/device.hpp"
#include "model/gpu.hpp"
#include "model/run.hpp"
#include "model/verdict.hpp"
#include "process/file_lock.hpp"

namespace envguard::cli {

/// The GPU is there and not to be measured on: somebody else has it (gpu_busy), or it is too small (no_gpu). Not
/// judged, which is nobody's fault.
class GpuRefused : public base::Error {
 public:
  GpuRefused(model::Outcome outcome, std::string what, std::string next)
      : Error(base::ExitCode::not_judged, std::move(what), std::move(next)), outcome_(outcome) {}
  [[nodiscard]] model::Outcome outcome() const { return outcome_; }

 private:
  model::Outcome outcome_;
};

/// What to do about a busy GPU, of a command that cannot wait for one.
inline constexpr const char* later_or_elsewhere = "the same again when it is idle, or another GPU with --device cuda:N";

/// Lets one check at a time onto a GPU, and none onto a busy one.
class GpuGate {
 public:
  /// As long another check is waited for.
  static constexpr std::chrono::seconds patience{2};

  /// `devices`: as they answered a moment ago; nothing, or a CPU: the gate stands open. `next`: of a GPU that is busy.
  GpuGate(const Call& call, model::Device device, std::optional<model::Devices> devices,
          std::string next = later_or_elsewhere);

  /// Before the first process on the GPU, which is this object's from then on; later calls do nothing. Throws
  /// GpuRefused, and Error interrupted.
  void enter();

  /// Before a process that is to confirm another's result: why it must not be started. Whoever came onto the GPU
  /// meanwhile moves what cuDNN chooses, and what was proven until then still counts. Throws Error interrupted.
  [[nodiscard]] std::optional<model::Fault> look_again();

 private:
  [[nodiscard]] const model::Gpu* gpu() const;
  enum class Taken { at_once, after_a_wait };
  Taken take_lock(std::chrono::steady_clock::time_point until);

  const Call& call_;
  model::Device device_;
  std::optional<model::Devices> devices_;
  std::string next_;
  std::optional<process::FileLock> lock_;
  bool entered_ = false;
};

}  // namespace envguard::cli
