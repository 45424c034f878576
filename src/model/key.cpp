#include "model/key.hpp"

#include <cctype>

#include <fmt/format.h>

namespace envguard::model {

namespace {

/// "NVIDIA GeForce RTX 4090" -> "rtx-4090": the maker's words say nothing that tells two GPUs apart.
std::string short_gpu_name(std::string_view gpu) {
  for (const std::string_view prefix : {"NVIDIA ", "Tesla ", "GeForce ", "Quadro "}) {
    if (gpu.starts_with(prefix)) gpu.remove_prefix(prefix.size());
  }
  std::string name;
  for (const char c : gpu) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      name += static_cast<char>(std::tolower(byte));
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "gpu" : name.substr(0, 64);
}

std::string short_vendor(std::string_view vendor) {
  if (vendor == "AuthenticAMD") return "amd";
  if (vendor == "GenuineIntel") return "intel";
  return short_gpu_name(vendor);
}

}  // namespace

std::string whole_name(const GpuKey& gpu) {
  return gpu.mig_profile.empty() ? gpu.gpu : fmt::format("{} MIG {}", gpu.gpu, gpu.mig_profile);
}

DeviceKind device_kind(const Key& key) {
  return std::holds_alternative<CpuKey>(key) ? DeviceKind::cpu : DeviceKind::cuda;
}

std::vector<std::pair<std::string, std::string>> fields(const Key& key) {
  if (const auto* gpu = std::get_if<GpuKey>(&key)) {
    std::vector<std::pair<std::string, std::string>> all{{"gpu", gpu->gpu},
                                                         {"compute-capability", gpu->compute_capability},
                                                         {"sm-count", std::to_string(gpu->sm_count)}};
    if (!gpu->mig_profile.empty()) all.emplace_back("mig-profile", gpu->mig_profile);
    return all;
  }
  const auto& cpu = std::get<CpuKey>(key);
  return {{"cpu-vendor", cpu.vendor},
          {"cpu-family", std::to_string(cpu.family)},
          {"cpu-model", std::to_string(cpu.model)},
          {"isa", cpu.isa}};
}

std::string describe(const Key& key) {
  if (const auto* gpu = std::get_if<GpuKey>(&key)) {
    return fmt::format("{}, compute capability {}, {} SMs", whole_name(*gpu), gpu->compute_capability, gpu->sm_count);
  }
  const auto& cpu = std::get<CpuKey>(key);
  return fmt::format("{} family {} model {}, {}", cpu.vendor, cpu.family, cpu.model, cpu.isa);
}

std::string default_target_name(const Key& key) {
  if (const auto* gpu = std::get_if<GpuKey>(&key)) return short_gpu_name(whole_name(*gpu));
  const auto& cpu = std::get<CpuKey>(key);
  return fmt::format("cpu-{}-{}-{}", short_vendor(cpu.vendor), cpu.family, cpu.model);
}

}  // namespace envguard::model
