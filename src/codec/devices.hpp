#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/key.hpp"

namespace envguard::codec {

/// One GPU, in CUDA's order under the caller's CUDA_VISIBLE_DEVICES.
struct Gpu {
  int index = 0;
  std::string uuid;                         ///< "GPU-1b5e…", as CUDA_VISIBLE_DEVICES takes it
  model::GpuKey key;                        ///< as libcuda gives it
  std::string nvml_name;                    ///< empty: NVML did not answer
  bool mig = false;                         ///< a MIG instance, which has no lock yet
  std::optional<std::uint64_t> free_bytes;  ///< of memory
  std::optional<std::uint64_t> total_bytes;
  friend bool operator==(const Gpu&, const Gpu&) = default;
};

/// The answer of `envguard-engine --devices`: one JSON document on its standard output. An absence is an answer: its
/// reason is set.
struct Devices {
  std::string build;                  ///< of the engine
  std::optional<std::string> driver;  ///< "580.65.06", as NVML gives it
  std::string no_driver;              ///< why there is none: "libnvidia-ml.so.1: cannot open shared object file"
  std::optional<std::string> cuda_driver_api;  ///< "13.0", cuDriverGetVersion
  std::vector<Gpu> gpus;
  std::string no_gpu;  ///< why `gpus` is empty
  friend bool operator==(const Devices&, const Devices&) = default;
};

[[nodiscard]] std::string write_devices(const Devices& devices);

/// Error could_not_measure, naming the member.
[[nodiscard]] Devices read_devices(std::string_view text);

}  // namespace envguard::codec
