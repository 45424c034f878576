#include "engine/cuda/devices.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "codec/build_id.hpp"
#include "engine/cuda/driver.hpp"
#include "engine/cuda/nvml.hpp"

namespace envguard::engine::cuda {
namespace {

/// Gathers the answers, and tells what is asked before it is asked.
class Interview {
 public:
  explicit Interview(const std::function<void(const model::Devices&)>& tell) : tell_(tell) {}

  /// The library's answer is open until the question comes back.
  template <class Question>
  auto ask(model::DriverLibrary& library, std::string call, const Question& question) {
    const auto answer = std::exchange(library.answer, model::DriverAnswer::not_asked);
    devices.asking = std::move(call);
    tell_(devices);
    auto value = question();
    library.answer = answer;
    devices.asking.clear();
    return value;
  }

  model::Devices devices;

 private:
  const std::function<void(const model::Devices&)>& tell_;
};

/// How the library answered that it was opened and initialized, or why not.
template <class Library>
model::DriverLibrary outcome(const std::variant<Library, Absent>& opened) {
  if (const auto* absent = std::get_if<Absent>(&opened)) return {absent->answer, absent->why, absent->file.string()};
  return {model::DriverAnswer::answered, {}, std::get<Library>(opened).file().string()};
}

/// What libcuda alone can tell; the fallback for what NVML tells better.
model::Gpu seen(const Driver& driver, int index, model::GpuKey key) {
  model::Gpu gpu;
  gpu.index = index;
  gpu.uuid = driver.uuid(index);
  gpu.key = std::move(key);
  gpu.pci_id = driver.pci_id(index);
  gpu.total_bytes = driver.total_bytes(index);
  return gpu;
}

/// CUDA counts this GPU and does not describe it.
void lose(std::vector<model::HiddenGpu>& hidden, const std::string& uuid) {
  auto gpu = std::ranges::find(hidden, uuid, &model::HiddenGpu::uuid);
  if (uuid.empty() || gpu == hidden.end()) {
    gpu = hidden.emplace(hidden.end());
    gpu->uuid = uuid;
  }
  if (!gpu->why.empty()) return;
  gpu->why = "CUDA counts it and does not say what it is";
  gpu->answer = model::DriverAnswer::failed;
}

}  // namespace

model::Devices ask_devices(const std::string& nvml, const std::string& cuda,
                           const std::function<void(const model::Devices&)>& tell) {
  Interview interview(tell);
  auto& devices = interview.devices;
  devices.build = codec::build_id();
  const auto management =
      interview.ask(devices.nvml, fmt::format("nvmlInit_v2 of {}", nvml), [&] { return Nvml::open(nvml); });
  devices.nvml = outcome(management);
  const auto* manager = std::get_if<Nvml>(&management);
  if (manager != nullptr) devices.driver = manager->driver_version();
  for (int place = 0; manager != nullptr && place < manager->count(); ++place) {
    const auto listed =
        interview.ask(devices.nvml, fmt::format("nvmlDeviceGetHandleByIndex_v2 (GPU {}) of {}", place, nvml),
                      [&] { return manager->listed(place); });
    devices.hidden.insert(devices.hidden.end(), listed.begin(), listed.end());
  }

  const auto opened =
      interview.ask(devices.cuda, fmt::format("cuInit of {}", cuda), [&] { return Driver::open(cuda); });
  devices.cuda = outcome(opened);
  const auto* driver = std::get_if<Driver>(&opened);
  if (driver == nullptr) return devices;
  devices.cuda_version = driver->api_version();
  for (int index = 0; index < driver->count(); ++index) {
    auto key = interview.ask(devices.cuda, fmt::format("cuDeviceGetName (GPU {}) of {}", index, cuda),
                             [&] { return driver->key(index); });
    if (!key) {
      lose(devices.hidden, driver->uuid(index));
      continue;
    }
    devices.gpus.push_back(seen(*driver, index, *std::move(key)));
    std::erase_if(devices.hidden, [&](const auto& hidden) { return hidden.uuid == devices.gpus.back().uuid; });
  }
  for (std::size_t place = 0; manager != nullptr && place < devices.gpus.size(); ++place) {
    const auto gpu = devices.gpus[place];
    devices.gpus[place] =
        interview.ask(devices.nvml, fmt::format("nvmlDeviceGetHandleByUUID ({}) of {}", gpu.uuid, nvml),
                      [&] { return manager->described(gpu); });
  }
  return devices;
}

}  // namespace envguard::engine::cuda
