#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/device.hpp"

namespace envguard::model {

/// What must be equal before the bits of two GPUs are compared (cuBLAS promises bits per toolkit, architecture and SM
/// count).
struct GpuKey {
  std::string gpu;                 ///< as libcuda names it: "NVIDIA H200"
  std::string compute_capability;  ///< "9.0"
  int sm_count = 0;
  std::string mig_profile{};  ///< "1g.10gb" of a MIG instance, whose SMs are counted; empty: the whole GPU
  friend bool operator==(const GpuKey&, const GpuKey&) = default;
};

/// The same for two CPUs; `isa` is the highest level that the hardware offers (cpuid), whatever a knob makes PyTorch
/// report.
struct CpuKey {
  std::string vendor;  ///< "AuthenticAMD"
  int family = 0;
  int model = 0;
  std::string
      isa;  ///< one of "sse4.2", "avx2", "avx512", "avx512-vnni", "avx512-bf16", "amx"; "neon", "sve" on aarch64
  friend bool operator==(const CpuKey&, const CpuKey&) = default;
};

using Key = std::variant<CpuKey, GpuKey>;

/// As libcuda names it: a MIG instance by its GPU and its profile.
[[nodiscard]] std::string whole_name(const GpuKey& gpu);

[[nodiscard]] DeviceKind device_kind(const Key& key);
/// (name, value) as a lock's [key] and a policy's [targets] spell them, in the lock's order: gpu, compute-capability,
/// sm-count, of a MIG instance mig-profile; cpu-vendor, cpu-family, cpu-model, isa.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> fields(const Key& key);
/// "NVIDIA H200, compute capability 9.0, 132 SMs" / "NVIDIA H200 MIG 1g.18gb, …" / "AuthenticAMD family 25 model 97,
/// avx512-bf16".
[[nodiscard]] std::string describe(const Key& key);
/// The target's name where no policy names one: "h200", "cpu-amd-25-97".
[[nodiscard]] std::string default_target_name(const Key& key);

}  // namespace envguard::model
