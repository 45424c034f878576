#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/key.hpp"

namespace envguard::model {

/// ECC errors: since the driver was loaded, and over the life of the GPU.
struct EccErrors {
  std::uint64_t corrected = 0, uncorrected = 0;
  std::uint64_t lifetime_corrected = 0, lifetime_uncorrected = 0;
  friend bool operator==(const EccErrors&, const EccErrors&) = default;
};

/// A process that holds memory of a GPU. NVML gives the pid of the machine: 0 or foreign within a container.
struct GpuProcess {
  std::int64_t pid = 0;
  std::uint64_t used_bytes = 0;  ///< 0: not told
  std::string name;              ///< of /proc/PID/comm; empty: not visible from here
  friend bool operator==(const GpuProcess&, const GpuProcess&) = default;
};

/// One GPU, in CUDA's order under the caller's CUDA_VISIBLE_DEVICES. Key and index are libcuda's, the rest is NVML's;
/// what neither tells is absent or empty.
struct Gpu {
  int index = 0;
  std::string uuid;       ///< "GPU-1b5e…", "MIG-…", as CUDA_VISIBLE_DEVICES takes it; never in a lock
  GpuKey key;             ///< as libcuda gives it
  std::string nvml_name;  ///< may differ from libcuda's
  std::string pci_id;     ///< "00000000:1B:00.0"; of a MIG instance its GPU's
  std::optional<std::uint64_t> free_bytes, total_bytes;  ///< of memory
  std::optional<bool> ecc;                               ///< whether ECC is on
  std::optional<EccErrors> ecc_errors;
  std::optional<bool> mig;                    ///< whether the GPU is divided into MIG instances
  std::string compute_mode;                   ///< "default", "exclusive-process", "prohibited", "exclusive-thread"
  std::vector<std::string> throttle_reasons;  ///< active now: "sw-power-cap", "hw-thermal-slowdown" …
  std::optional<bool> persistence;
  std::optional<int> nvlinks;         ///< active links
  std::string fabric;                 ///< "completed", "failed", "in-progress", "not-started", "not-supported"
  std::string virtualization;         ///< "none", "passthrough", "vgpu", "host-vgpu", "host-vsga"
  std::vector<GpuProcess> processes;  ///< that compute on it
  friend bool operator==(const Gpu&, const Gpu&) = default;
};

/// How a library of the driver answered.
enum class DriverAnswer {
  not_asked,
  answered,
  no_library,        ///< the library is not there, or is no such library
  no_driver,         ///< the kernel module is not loaded
  no_device,         ///< CUDA shows no GPU to this process
  version_mismatch,  ///< kernel module and library are of different versions
  no_permission,     ///< device files or cgroup forbid it
  lost,              ///< the GPU has fallen off the bus, or needs a reset
  not_ready,         ///< NVSwitch fabric, MPS or licence of a vGPU: the system, not the GPU
  stub,              ///< the toolkit's stub was opened, which is for linking alone
  hung,              ///< no answer within the deadline
  crashed,           ///< the process that asked died of a signal
  failed             ///< any other error
};
[[nodiscard]] std::string_view name(DriverAnswer answer);  ///< kebab-case

/// A GPU, or a MIG instance, that NVML lists and CUDA does not show to this process.
struct HiddenGpu {
  std::string uuid, name, pci_id;                ///< empty where the GPU does not answer
  std::string why;                               ///< NVML's error; empty: it answers, and is not visible
  bool mig = false;                              ///< divided into MIG instances, and has none
  DriverAnswer answer = DriverAnswer::answered;  ///< lost, no_permission …, where `why` says so
  friend bool operator==(const HiddenGpu&, const HiddenGpu&) = default;
};

/// One library of the driver: how it answered, and in whose words.
struct DriverLibrary {
  DriverAnswer answer = DriverAnswer::not_asked;
  std::string why;   ///< "nvmlInit_v2: Driver/library version mismatch"; empty where it answered
  std::string path;  ///< the file that was opened; empty: none
  friend bool operator==(const DriverLibrary&, const DriverLibrary&) = default;
};

/// What driver and GPUs say when they are asked.
struct Devices {
  std::string build;              ///< of the engine that asked
  DriverLibrary nvml, cuda;       ///< libnvidia-ml.so.1, libcuda.so.1
  std::string driver;             ///< "580.65.06", as NVML gives it; empty: it does not
  std::string cuda_version;       ///< "13.0", the newest CUDA that libcuda.so.1 supports; empty: it does not say
  std::vector<Gpu> gpus;          ///< that CUDA shows
  std::vector<HiddenGpu> hidden;  ///< that only NVML shows
  std::string asking;             ///< the call that was under way; empty: all was answered
  friend bool operator==(const Devices&, const Devices&) = default;

  /// Why there is no GPU to use, in the driver's words; empty where there is one.
  [[nodiscard]] std::string no_gpu() const;
};

}  // namespace envguard::model
