#include "engine/cuda/devices.hpp"

#include <utility>
#include <variant>

#include "codec/build_id.hpp"
#include "engine/cuda/driver.hpp"
#include "engine/cuda/nvml.hpp"

namespace envguard::engine::cuda {
namespace {

/// Name and memory come from NVML where it answers.
codec::Gpu describe(const Driver& driver, int index, model::GpuKey key, const Nvml* nvml) {
  codec::Gpu gpu;
  gpu.index = index;
  gpu.uuid = driver.uuid(index);
  gpu.mig = is_mig(key);
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

codec::Devices ask_devices(const std::string& nvml, const std::string& cuda) {
  codec::Devices devices;
  devices.build = codec::build_id();
  const auto management = Nvml::open(nvml);
  const auto* held = std::get_if<Nvml>(&management);
  if (held != nullptr) {
    devices.driver = held->driver_version();
  } else {
    devices.no_driver = std::get<Absent>(management).why;
  }

  const auto opened = Driver::open(cuda);
  const auto* driver = std::get_if<Driver>(&opened);
  if (driver == nullptr) {
    devices.no_gpu = std::get<Absent>(opened).why;
    return devices;
  }
  devices.cuda_driver_api = driver->api_version();
  for (int index = 0; index < driver->count(); ++index) {
    if (auto key = driver->key(index)) devices.gpus.push_back(describe(*driver, index, *std::move(key), held));
  }
  if (devices.gpus.empty()) devices.no_gpu = "the driver shows no GPU to this process";
  return devices;
}

}  // namespace envguard::engine::cuda
