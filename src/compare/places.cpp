#include "compare/places.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "compare/gpus.hpp"

namespace envguard::compare {

namespace {

using model::Device;
using model::DeviceKind;
using model::DriverAnswer;

constexpr Device cpu{DeviceKind::cpu, 0};

Device gpu_number(int index) {
  return {DeviceKind::cuda, index};
}

bool is_of_gpu(const model::Lock& lock) {
  return model::device_kind(lock.key) == DeviceKind::cuda;
}

/// The GPU of the lock's own key; where there is none the first one, of which `choose` says what differs.
Device place_of(const model::Lock& lock, const std::vector<model::Gpu>& gpus) {
  if (!is_of_gpu(lock)) return cpu;
  return gpu_number(best_of(gpus, std::get<model::GpuKey>(lock.key)).value_or(0));
}

}  // namespace

std::vector<Device> places(const std::vector<model::Lock>& locks, const model::Observed& observed, const Asked& asked) {
  static const std::vector<model::Gpu> none;
  const auto& gpus = observed.devices ? observed.devices->gpus : none;
  if (asked.device) return {*asked.device};
  std::vector<Device> found;
  if (asked.all_gpus) {
    for (const auto& gpu : gpus) found.push_back(gpu_number(gpu.index));
    return found;
  }
  const auto named = std::ranges::find(locks, asked.target, &model::Lock::target);
  if (!asked.target.empty() && named != locks.end()) return {place_of(*named, gpus)};
  for (const int index : one_of_each_key(gpus)) {
    const auto gpu = std::ranges::find(gpus, index, &model::Gpu::index);
    const bool locked = std::ranges::any_of(locks, [&](const auto& lock) { return lock.key == model::Key(gpu->key); });
    if (locked) found.push_back(gpu_number(index));
  }
  found.push_back(cpu);
  return found;
}

void insist_on_kind(const std::vector<model::Lock>& locks, const Asked& asked) {
  const auto named = std::ranges::find(locks, asked.target, &model::Lock::target);
  if (asked.target.empty() || named == locks.end() || (!asked.device && !asked.all_gpus)) return;
  const auto kind = asked.all_gpus ? DeviceKind::cuda : asked.device->kind;
  if (model::device_kind(named->key) == kind) return;
  const auto name_of = [](DeviceKind each) { return each == DeviceKind::cpu ? "CPU" : "GPU"; };
  throw base::Error(base::ExitCode::usage,
                    fmt::format("the lock {} is of a {}, and --device names a {}", base::visible(asked.target),
                                name_of(model::device_kind(named->key)), name_of(kind)),
                    "leave out --device: the lock says where it is judged");
}

bool needs_gpus(const std::vector<model::Lock>& locks, const Asked& asked) {
  if (asked.device) return asked.device->kind == DeviceKind::cuda;
  return asked.all_gpus || std::ranges::any_of(locks, is_of_gpu);
}

bool shows_nvidia(const model::Observed& observed) {
  if (observed.kernel_driver) return true;
  if (!observed.devices) return false;
  const auto& devices = *observed.devices;
  const auto cuda = devices.cuda.answer;
  const bool no_cuda =
      cuda == DriverAnswer::no_library || cuda == DriverAnswer::no_driver || cuda == DriverAnswer::stub;
  return !no_cuda || !devices.gpus.empty() || !devices.hidden.empty();
}

}  // namespace envguard::compare
