#pragma once

#include "model/gpu.hpp"

namespace envguard::test {

/// Devices in which every member has a value of its own.
inline model::Devices sample_devices() {
  model::Gpu gpu;
  gpu.index = 1;
  gpu.uuid = "MIG-1";
  gpu.key = {"NVIDIA H100", "9.0", 16, "1g.10gb"};
  gpu.nvml_name = "H100 \xff";
  gpu.pci_id = "00000000:1B:00.0";
  gpu.free_bytes = 1;
  gpu.total_bytes = UINT64_MAX;
  gpu.ecc = true;
  gpu.ecc_errors = model::EccErrors{1, 2, 3, 4};
  gpu.mig = true;
  gpu.compute_mode = "default";
  gpu.throttle_reasons = {"sw-power-cap"};
  gpu.persistence = false;
  gpu.nvlinks = 18;
  gpu.fabric = "completed";
  gpu.virtualization = "none";
  gpu.processes = {{7, 8, "python"}};
  model::Devices devices;
  devices.build = "b";
  devices.nvml = {model::DriverAnswer::answered, "", "/usr/lib/libnvidia-ml.so.580.65.06"};
  devices.cuda = {model::DriverAnswer::failed, "cuInit: x", "/usr/lib/libcuda.so.580.65.06"};
  devices.driver = "580.65.06";
  devices.cuda_version = "13.0";
  devices.gpus = {gpu, {}};
  devices.hidden = {{"GPU-2", "NVIDIA L4", "00000000:2B:00.0", "lost", true, model::DriverAnswer::lost}};
  devices.asking = "cuInit of libcuda.so.1";
  return devices;
}

}  // namespace envguard::test
