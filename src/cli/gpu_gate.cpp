#include "cli/gpu_gate.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/subject.hpp"
#include "compare/gpus.hpp"
#include "process/interrupt.hpp"

namespace envguard::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_tries{500};
constexpr const char* elsewhere = "another GPU with --device cuda:N, or --device cpu";

/// Nothing: another process holds it. Where no file can be made or locked (a read-only container) nothing is guarded,
/// which is no reason not to measure.
std::optional<process::FileLock> take_or_go_without(const std::filesystem::path& file) {
  try {
    return process::FileLock::take(file);
  } catch (const base::Error& error) {
    if (error.code() == base::ExitCode::interrupted) throw;
    return process::FileLock();
  }
}

}  // namespace

GpuGate::GpuGate(const Call& call, model::Device device, std::optional<model::Devices> devices, std::string next)
    : call_(call), device_(device), devices_(std::move(devices)), next_(std::move(next)) {}

const model::Gpu* GpuGate::gpu() const {
  if (device_.kind == model::DeviceKind::cpu || !devices_) return nullptr;
  const auto found = std::ranges::find(devices_->gpus, device_.index, &model::Gpu::index);
  return found == devices_->gpus.end() ? nullptr : &*found;
}

void GpuGate::enter() {
  if (std::exchange(entered_, true) || gpu() == nullptr) return;
  if (const auto why = compare::too_small(*gpu())) throw GpuRefused(model::Outcome::no_gpu, *why, elsewhere);
  // While another check was waited for, it was the one that used the GPU: who does now is asked again.
  if (take_lock(Clock::now() + patience) == Taken::after_a_wait) devices_ = ask_answering_devices(call_);
  const auto* asked = gpu();
  if (asked == nullptr) return;  // it has gone: the engine will say how
  if (const auto why = compare::busy(*asked)) throw GpuRefused(model::Outcome::gpu_busy, *why, next_);
}

std::optional<model::Fault> GpuGate::look_again() try {
  if (gpu() == nullptr) return std::nullopt;
  devices_ = ask_answering_devices(call_);
  const auto* asked = gpu();
  const auto why = asked == nullptr ? std::nullopt : compare::busy(*asked);
  if (!why) return std::nullopt;
  return model::Fault{model::Fault::Kind::gpu_taken, *why, {}};
} catch (const base::Error& error) {
  if (error.code() == base::ExitCode::interrupted) throw;
  return model::Fault{model::Fault::Kind::cuda_error, error.message(), {}};
}

GpuGate::Taken GpuGate::take_lock(Clock::time_point until) {
  auto taken = Taken::at_once;
  const auto& uuid = gpu()->uuid;
  if (uuid.empty()) return taken;  // a driver that names no GPU apart lets nobody lock one
  const auto file = call_.machine.gpu_locks / ("envguard-" + uuid + ".lock");
  while (!(lock_ = take_or_go_without(file))) {
    if (Clock::now() >= until)
      throw GpuRefused(model::Outcome::gpu_busy,
                       fmt::format("GPU {} is busy: another envguard measures on it", device_.index), next_);
    process::pause(between_tries);
    taken = Taken::after_a_wait;
  }
  return taken;
}

}  // namespace envguard::cli
