#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "cli/call.hpp"
#include "model/device.hpp"
#include "model/gpu.hpp"
#include "process/file_lock.hpp"

namespace envguard::cli {

/// The GPU is there and somebody else has it. Not judged, which is nobody's fault.
class GpuBusy : public base::Error {
 public:
  GpuBusy(std::string what, std::string next) : Error(base::ExitCode::not_judged, std::move(what), std::move(next)) {}
};

/// Lets one check at a time onto a GPU, and none onto a busy one.
class GpuGate {
 public:
  /// As long another check is waited for when nobody asked to wait.
  static constexpr std::chrono::seconds patience{2};

  /// `devices`: as they answered a moment ago; nothing, or a CPU: the gate stands open. `wait`: for a GPU that is busy;
  /// nothing: of a command that does not wait.
  GpuGate(const Call& call, model::Device device, std::optional<model::Devices> devices,
          std::optional<std::chrono::seconds> wait = {});

  /// Before each process on the GPU; from the first one on the GPU is this object's. Throws GpuBusy where it was not to
  /// be had in time, and Error interrupted.
  void enter();

 private:
  [[nodiscard]] const model::Gpu* gpu() const;
  enum class Taken { at_once, after_a_wait };
  Taken take_lock(std::chrono::steady_clock::time_point until);
  void wait_until_idle(std::chrono::steady_clock::time_point until);

  const Call& call_;
  model::Device device_;
  std::optional<model::Devices> devices_;
  std::chrono::seconds wait_;
  std::string next_;  ///< what to do about a busy one
  std::optional<process::FileLock> lock_;
  bool entered_ = false;
};

}  // namespace envguard::cli
