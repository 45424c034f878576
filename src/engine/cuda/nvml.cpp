#include "engine/cuda/nvml.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace envguard::engine::cuda {
namespace {

using model::DriverAnswer;

// In the order of nvmlComputeMode_t, nvmlGpuVirtualizationMode_t and nvmlGpuFabricState_t.
constexpr std::array<std::string_view, 4> compute_modes{"default", "exclusive-thread", "prohibited",
                                                        "exclusive-process"};
constexpr std::array<std::string_view, 5> virtualizations{"none", "passthrough", "vgpu", "host-vgpu", "host-vsga"};
constexpr std::array<std::string_view, 4> fabric_states{"not-supported", "not-started", "in-progress", "completed"};

// By the bits of nvmlClocksEventReasons. Bit 0, an idle GPU, throttles nothing.
constexpr unsigned long long idle = 1;
constexpr std::array<std::string_view, 9> throttles{"",
                                                    "applications-clocks-setting",
                                                    "sw-power-cap",
                                                    "hw-slowdown",
                                                    "sync-boost",
                                                    "sw-thermal-slowdown",
                                                    "hw-thermal-slowdown",
                                                    "hw-power-brake-slowdown",
                                                    "display-clock-setting"};

template <std::size_t size>
std::string named(const std::array<std::string_view, size>& names, std::optional<unsigned> number) {
  if (!number) return {};
  return *number < size ? std::string(names[*number]) : fmt::format("unknown-{}", *number);
}

std::optional<bool> enabled(std::optional<unsigned> state) {
  if (!state) return std::nullopt;
  return *state != 0;
}

/// Whether a GPU that was asked for its memory is out of order: a driver may lack the call, and where a GPU is divided
/// it is not for everyone.
bool is_fault(int code) {
  if (code == management::not_supported || code == management::function_not_found) return false;
  const auto answer = answer_of_nvml(code);
  return answer == DriverAnswer::lost || answer == DriverAnswer::failed;
}

}  // namespace

DriverAnswer answer_of_nvml(int code) {
  switch (code) {
    case management::success:
      return DriverAnswer::answered;
    case management::no_permission:
    case management::operating_system:
      return DriverAnswer::no_permission;
    case management::driver_not_loaded:
      return DriverAnswer::no_driver;
    case management::library_not_found:
      return DriverAnswer::no_library;
    case management::gpu_is_lost:
    case management::reset_required:
      return DriverAnswer::lost;
    case management::version_mismatch:
      return DriverAnswer::version_mismatch;
    case management::not_ready:
      return DriverAnswer::not_ready;
    case management::gpu_not_found:
      return DriverAnswer::no_device;
    default:
      return DriverAnswer::failed;
  }
}

std::variant<Nvml, Absent> Nvml::open(const std::string& library) {
  auto opened = SharedLibrary::open(library);
  if (const auto* unopened = std::get_if<Unopened>(&opened)) return Absent{DriverAnswer::no_library, unopened->why, {}};
  Nvml nvml(std::get<SharedLibrary>(opened));
  if (nvml.library_.find("nvmlInit_v2") == nullptr)
    return Absent{DriverAnswer::no_library, fmt::format("{} has no symbol nvmlInit_v2", library), nvml.file()};
  const int code = nvml.call("nvmlInit_v2");
  if (code == management::success) return nvml;
  return Absent{answer_of_nvml(code), fmt::format("nvmlInit_v2: {}", nvml.error_text(code)), nvml.file()};
}

std::string Nvml::error_text(int code) const {
  auto* ask = library_.function<const char*(int)>("nvmlErrorString");
  const char* text = ask == nullptr ? nullptr : ask(code);
  return text == nullptr ? fmt::format("error {}", code) : text;
}

std::string Nvml::text(const char* symbol, Handle handle) const {
  std::array<char, management::text_size> answer{};
  const int code = call(symbol, handle, answer.data(), management::text_size - 1);
  return code == management::success ? answer.data() : "";
}

std::string Nvml::driver_version() const {
  std::array<char, management::text_size> answer{};
  const int code = call("nvmlSystemGetDriverVersion", answer.data(), management::text_size - 1);
  return code == management::success ? answer.data() : "";
}

int Nvml::count() const {
  return static_cast<int>(value<unsigned>("nvmlDeviceGetCount_v2").value_or(0));
}

Nvml::Handle Nvml::by_uuid(const std::string& uuid) const {
  return value<Handle>("nvmlDeviceGetHandleByUUID", uuid.c_str()).value_or(nullptr);
}

std::string Nvml::pci_id(Handle gpu) const {
  const auto info = value<management::PciInfo>("nvmlDeviceGetPciInfo_v3", gpu);
  return info ? std::string(info->id, ::strnlen(info->id, sizeof info->id)) : "";
}

std::optional<bool> Nvml::mig(Handle gpu) const {
  unsigned current = 0;
  unsigned pending = 0;
  if (call("nvmlDeviceGetMigMode", gpu, &current, &pending) != management::success) return std::nullopt;
  return current != 0;
}

std::vector<Nvml::Handle> Nvml::instances(Handle gpu) const {
  std::vector<Handle> found;
  const auto most = value<unsigned>("nvmlDeviceGetMaxMigDeviceCount", gpu).value_or(0);
  for (unsigned place = 0; place < most; ++place)  // places may be empty
    if (const auto instance = value<Handle>("nvmlDeviceGetMigDeviceHandleByIndex", gpu, place))
      found.push_back(*instance);
  return found;
}

model::HiddenGpu Nvml::identity(Handle gpu) const {
  return {text("nvmlDeviceGetUUID", gpu), text("nvmlDeviceGetName", gpu), pci_id(gpu), {}};
}

std::vector<model::HiddenGpu> Nvml::listed(int place) const {
  Handle gpu = nullptr;
  static constexpr auto* by_place = "nvmlDeviceGetHandleByIndex_v2";
  if (const int code = call(by_place, static_cast<unsigned>(place), &gpu); code != management::success) {
    model::HiddenGpu unknown;
    unknown.why = fmt::format("{}: {}", by_place, error_text(code));
    unknown.answer = answer_of_nvml(code);
    return {unknown};
  }
  auto whole = identity(gpu);
  // Names are kept by the driver; the memory is the GPU's own to tell.
  management::Memory memory;
  static constexpr auto* from_gpu = "nvmlDeviceGetMemoryInfo";
  if (const int code = call(from_gpu, gpu, &memory); is_fault(code)) {
    whole.why = fmt::format("{}: {}", from_gpu, error_text(code));
    whole.answer = answer_of_nvml(code);
    return {whole};
  }
  whole.mig = mig(gpu).value_or(false);
  std::vector<model::HiddenGpu> parts;
  if (whole.mig)
    for (const auto instance : instances(gpu)) {
      parts.push_back(identity(instance));
      parts.back().pci_id = whole.pci_id;
    }
  if (parts.empty()) parts.push_back(std::move(whole));
  return parts;
}

model::Gpu Nvml::described(model::Gpu gpu) const {
  const auto own = by_uuid(gpu.uuid);
  if (own == nullptr) return gpu;
  const auto whole = gpu.key.mig_profile.empty()
                         ? own
                         : value<Handle>("nvmlDeviceGetDeviceHandleFromMigDeviceHandle", own).value_or(own);
  gpu.nvml_name = text("nvmlDeviceGetName", own);
  if (const auto memory = value<management::Memory>("nvmlDeviceGetMemoryInfo", own)) {
    gpu.free_bytes = memory->free;
    gpu.total_bytes = memory->total;
  }
  gpu.processes = processes(own);
  if (auto id = pci_id(whole); !id.empty()) gpu.pci_id = std::move(id);
  gpu.ecc = ecc(whole);
  gpu.ecc_errors = ecc_errors(whole);
  gpu.mig = mig(whole);
  gpu.compute_mode = named(compute_modes, value<unsigned>("nvmlDeviceGetComputeMode", whole));
  gpu.throttle_reasons = throttle_reasons(whole);
  gpu.persistence = enabled(value<unsigned>("nvmlDeviceGetPersistenceMode", whole));
  gpu.nvlinks = nvlinks(whole);
  gpu.fabric = fabric(whole);
  gpu.virtualization = named(virtualizations, value<unsigned>("nvmlDeviceGetVirtualizationMode", whole));
  return gpu;
}

std::optional<bool> Nvml::ecc(Handle gpu) const {
  unsigned current = 0;
  unsigned pending = 0;
  if (call("nvmlDeviceGetEccMode", gpu, &current, &pending) != management::success) return std::nullopt;
  return current != 0;
}

std::optional<model::EccErrors> Nvml::ecc_errors(Handle gpu) const {
  const auto count = [&](unsigned type, unsigned counter) {
    return value<unsigned long long>("nvmlDeviceGetTotalEccErrors", gpu, type, counter);
  };
  const auto now_corrected = count(management::corrected, management::since_driver_load);
  const auto now_uncorrected = count(management::uncorrected, management::since_driver_load);
  const auto ever_corrected = count(management::corrected, management::over_lifetime);
  const auto ever_uncorrected = count(management::uncorrected, management::over_lifetime);
  if (!now_corrected || !now_uncorrected || !ever_corrected || !ever_uncorrected) return std::nullopt;
  return model::EccErrors{*now_corrected, *now_uncorrected, *ever_corrected, *ever_uncorrected};
}

std::vector<std::string> Nvml::throttle_reasons(Handle gpu) const {
  auto bits = value<unsigned long long>("nvmlDeviceGetCurrentClocksEventReasons", gpu);
  if (!bits) bits = value<unsigned long long>("nvmlDeviceGetCurrentClocksThrottleReasons", gpu);  // before driver 535
  auto left = bits.value_or(0) & ~idle;
  std::vector<std::string> reasons;
  for (std::size_t bit = 0; left != 0; ++bit, left >>= 1U) {
    if ((left & 1U) == 0) continue;
    reasons.push_back(bit < throttles.size() ? std::string(throttles[bit]) : fmt::format("unknown-{}", bit));
  }
  return reasons;
}

std::optional<int> Nvml::nvlinks(Handle gpu) const {
  std::optional<int> active;
  for (unsigned link = 0; link < management::most_links; ++link) {
    const auto state = value<unsigned>("nvmlDeviceGetNvLinkState", gpu, link);
    if (!state) break;
    active = active.value_or(0) + (*state != 0 ? 1 : 0);
  }
  return active;
}

std::string Nvml::fabric(Handle gpu) const {
  const auto told = [](unsigned state, int status) {
    return state == management::fabric_completed && status != management::success ? "failed"
                                                                                  : named(fabric_states, state);
  };
  management::FabricInfoV2 newer{};
  newer.version = management::fabric_version_2;
  if (call("nvmlDeviceGetGpuFabricInfoV", gpu, &newer) == management::success) return told(newer.state, newer.status);
  const auto older = value<management::FabricInfo>("nvmlDeviceGetGpuFabricInfo", gpu);
  return older ? told(older->state, older->status) : "";
}

std::vector<model::GpuProcess> Nvml::processes(Handle gpu) const {
  // _v2 first, whose records are of one size in every driver; of what may be larger there is room for twice as many.
  for (const auto* symbol : {"nvmlDeviceGetComputeRunningProcesses_v2", "nvmlDeviceGetComputeRunningProcesses_v3"}) {
    unsigned count = 64;
    std::vector<management::Process> found(std::size_t{2} * count);
    int code = call(symbol, gpu, &count, found.data());
    if (code == management::insufficient_size) {
      count += 16;  // some may start meanwhile
      found.resize(std::size_t{2} * count);
      code = call(symbol, gpu, &count, found.data());
    }
    if (code != management::success) continue;
    found.resize(std::min<std::size_t>(count, found.size()));
    std::vector<model::GpuProcess> processes;
    for (const auto& process : found)
      processes.push_back({process.pid, process.used == management::not_told ? 0 : process.used, {}});
    return processes;
  }
  return {};
}

}  // namespace envguard::engine::cuda
