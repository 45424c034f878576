#include "diagnosis/machine.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace envguard::diagnosis {

namespace {

std::optional<Dotted> component(const model::Observed& observed, std::string_view name) {
  const model::Component* found = observed.component(name);
  return found ? Dotted::parse(found->version) : std::nullopt;
}

/// 12.6 of "cu126".
std::optional<Dotted> cuda_of_variant(std::string_view variant) {
  if (variant.size() < 4 || !variant.starts_with("cu")) return std::nullopt;
  return Dotted::parse(fmt::format("{}.{}", variant.substr(2, variant.size() - 3), variant.back()));
}

/// Whether this machine's driver runs programs of this CUDA; yes where nothing is known of the driver.
bool driver_runs(const model::Observed& observed, const Dotted& cuda) {
  if (const auto newest = cuda_of_driver(observed)) return cuda.number(0) <= newest->number(0);
  const auto driver = driver_of(observed);
  const auto floor = knowledge::floor_of(cuda);
  return !driver || !floor || *driver >= floor->driver;
}

bool has_code(const knowledge::TorchBuild& build, const Dotted& gpu) {
  return std::ranges::any_of(build.architectures, [&](const Dotted& each) { return Code{each}.runs_on(gpu); }) ||
         (build.ptx && Code{*build.ptx, 0, true}.runs_on(gpu));
}

bool fits(const model::Observed& observed, const knowledge::TorchBuild& build) {
  const auto cuda = cuda_of_variant(build.variant);
  if (!cuda || !driver_runs(observed, *cuda)) return false;
  if (!observed.devices) return true;
  return std::ranges::all_of(observed.devices->gpus, [&](const model::Gpu& gpu) {
    const auto capability = Dotted::parse(gpu.key.compute_capability);
    return !capability || has_code(build, *capability);
  });
}

bool on_aarch64(const model::Observed& observed) {
  return observed.cpu.isa == "neon" || observed.cpu.isa == "sve";
}

/// 2.11.0 and "cu130" of "2.11.0+cu130".
std::pair<std::optional<Dotted>, std::string_view> release_and_variant(const model::Observed& observed) {
  const model::Component* torch = observed.component("torch");
  if (!torch) return {};
  const std::string_view version = torch->version;
  const auto plus = version.find('+');
  return {Dotted::parse(version.substr(0, plus)),
          plus == std::string_view::npos ? std::string_view() : version.substr(plus + 1)};
}

}  // namespace

std::optional<Dotted> cuda_of_torch(const model::Observed& observed) {
  if (auto cuda = component(observed, "cuda")) return cuda;
  return Dotted::parse(build_setting(observed, "cuda"));
}

std::optional<bool> built_with_cuda(const model::Observed& observed) {
  const auto cuda = build_setting(observed, "cuda");
  if (!cuda.empty()) return cuda != "none";
  if (observed.component("cuda") || !build_setting(observed, "cuda-architectures").empty()) return true;
  return std::nullopt;
}

std::optional<Dotted> driver_of(const model::Observed& observed) {
  if (observed.wsl) return std::nullopt;
  if (observed.kernel_driver)
    if (auto version = Dotted::parse(observed.kernel_driver->version)) return version;
  if (auto version = component(observed, "driver")) return version;
  return observed.devices ? Dotted::parse(observed.devices->driver) : std::nullopt;
}

std::optional<Dotted> cuda_of_driver(const model::Observed& observed) {
  return observed.devices ? Dotted::parse(observed.devices->cuda_version) : std::nullopt;
}

std::string version_in_name(std::string_view path) {
  constexpr std::string_view end = ".so.";
  const auto name = path.substr(path.rfind('/') + 1);
  const auto place = name.rfind(end);
  if (place == std::string_view::npos) return {};
  const auto version = Dotted::parse(name.substr(place + end.size()));
  return version && version->count() > 1 ? std::string(version->text()) : std::string();
}

bool from_compat_package(std::string_view path) {
  return path.find("/compat/") != std::string_view::npos || path.find("cuda-compat") != std::string_view::npos;
}

bool attempted_compat(const model::Devices& devices) {
  return devices.cuda.why.find("COMPAT_NOT_SUPPORTED") != std::string::npos ||
         devices.cuda.why.find("forward compatibility was attempted") != std::string::npos;
}

bool refused_compat(const model::Observed& observed) {
  if (!observed.devices || !attempted_compat(*observed.devices)) return false;
  const auto nvml = observed.devices->nvml.answer;
  if (nvml == model::DriverAnswer::version_mismatch) return false;
  return nvml == model::DriverAnswer::answered || from_compat_package(observed.devices->cuda.path);
}

const knowledge::TorchBuild* official_build(const model::Observed& observed) {
  const auto [release, variant] = release_and_variant(observed);
  if (!release) return nullptr;
  return knowledge::torch_build(*release, variant,
                                on_aarch64(observed) ? knowledge::Platform::aarch64 : knowledge::Platform::x86_64);
}

std::string_view build_setting(const model::Observed& observed, std::string_view name) {
  for (const auto& [key, value] : observed.build)
    if (key == name) return value;
  return {};
}

std::string torch_version(const model::Observed& observed) {
  const model::Component* torch = observed.component("torch");
  return base::visible(torch ? torch->version : observed.install ? observed.install->version : "");
}

bool has_nvidia(const model::Observed& observed) {
  if (observed.kernel_driver) return true;
  if (!observed.devices) return false;
  const model::Devices& devices = *observed.devices;
  return !devices.gpus.empty() || !devices.hidden.empty() || devices.nvml.answer == model::DriverAnswer::answered;
}

std::optional<std::string> variable(const model::Observed& observed, std::string_view name) {
  const auto knob = std::ranges::find(observed.knobs, name, &model::Knob::name);
  if (knob == observed.knobs.end()) return std::nullopt;
  return knob->value;
}

std::string named(const model::Gpu& gpu) {
  return fmt::format("GPU {}, {}{}", gpu.index, base::visible(gpu.key.gpu),
                     gpu.key.mig_profile.empty() ? "" : base::visible(" MIG " + gpu.key.mig_profile));
}

std::optional<Code> Code::parse(std::string_view text) {
  Code code;
  code.ptx = text.starts_with("compute_");
  if (!code.ptx && !text.starts_with("sm_")) return std::nullopt;
  text.remove_prefix(text.find('_') + 1);
  if (text.ends_with('a') || text.ends_with('f')) {
    code.suffix = text.back();
    text.remove_suffix(1);
  }
  if (text.size() < 2) return std::nullopt;
  const auto capability = Dotted::parse(fmt::format("{}.{}", text.substr(0, text.size() - 1), text.back()));
  if (!capability || capability->count() != 2) return std::nullopt;
  code.capability = *capability;
  return code;
}

bool Code::runs_on(const Dotted& gpu) const {
  if (suffix == 'a') return gpu.shares(capability, 2);
  if (ptx && suffix == 0) return gpu >= capability;
  return gpu.shares(capability, 1) && gpu >= capability;
}

std::optional<std::string> fitting_wheel(const model::Observed& observed) {
  if (on_aarch64(observed)) return std::nullopt;
  const auto release = release_and_variant(observed).first;
  const knowledge::TorchBuild* best = nullptr;
  const auto rank = [&](const knowledge::TorchBuild& build) {
    return std::pair(release && build.torch == *release, std::pair(build.torch, cuda_of_variant(build.variant)));
  };
  // What is outside of the release matrix has no cuDNN here, and is not recommended.
  for (const knowledge::TorchBuild& build : knowledge::torch_builds())
    if (build.cudnn && !build.architectures.empty() && fits(observed, build) && (!best || rank(*best) < rank(build)))
      best = &build;
  if (!best) return std::nullopt;
  return fmt::format("pip install torch=={} --index-url https://download.pytorch.org/whl/{}", best->torch.text(),
                     best->variant);
}

}  // namespace envguard::diagnosis
