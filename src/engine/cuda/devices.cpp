#include "engine/cuda/devices.hpp"

#include <utility>
#include <variant>

#include "codec/build_id.hpp"
#include "engine/cuda/driver.hpp"
#include "engine/cuda/nvml.hpp"

namespace envguard::engine::cuda {
namespace {

/// Name and memory come from NVML where it answers.
model::Gpu describe(const Driver& driver, int index, model::GpuKey key, const Nvml* nvml) {
  model::Gpu gpu;
  gpu.index = index;
  gpu.uuid = driver.uuid(index);
  gpu.key = std::move(key);
  if (nvml == nullptr) return gpu;
  gpu.nvml_name = nvml->name(gpu.uuid);
  if (const auto memory = nvml->memory(gpu.uuid)) {
    gpu.free_bytes = memory->free;
    gpu.total_bytes = memory->total;
  }
  return gpu;
}

}  // namespace

model::Devices ask_devices(const std::string& nvml, const std::string& cuda,
                           const std::function<void(const model::Devices&)>& tell) {
  model::Devices devices;
  devices.build = codec::build_id();
  devices.asking = nvml;
  tell(devices);
  const auto management = Nvml::open(nvml);
  const auto* held = std::get_if<Nvml>(&management);
  if (held != nullptr) {
    devices.nvml.answer = model::DriverAnswer::answered;
    devices.driver = held->driver_version();
  } else {
    const auto& absent = std::get<Absent>(management);
    devices.nvml = {absent.answer, absent.why, {}};
  }

  devices.asking = cuda;
  tell(devices);
  const auto opened = Driver::open(cuda);
  const auto* driver = std::get_if<Driver>(&opened);
  devices.asking.clear();
  if (driver == nullptr) {
    const auto& absent = std::get<Absent>(opened);
    devices.cuda = {absent.answer, absent.why, {}};
    return devices;
  }
  devices.cuda.answer = model::DriverAnswer::answered;
  devices.cuda_version = driver->api_version();
  for (int index = 0; index < driver->count(); ++index) {
    if (auto key = driver->key(index)) devices.gpus.push_back(describe(*driver, index, *std::move(key), held));
  }
  return devices;
}

}  // namespace envguard::engine::cuda
