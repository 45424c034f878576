#include "engine/cuda/nvml.hpp"

#include <array>

#include <fmt/format.h>

namespace envguard::engine::cuda {
namespace {

std::string nvml_error_text(const SharedLibrary& library, int code) {
  auto* ask = library.function<const char*(int)>("nvmlErrorString");
  const char* text = ask == nullptr ? nullptr : ask(code);
  return text == nullptr ? fmt::format("error {}", code) : text;
}

}  // namespace

std::variant<Nvml, Absent> Nvml::open(const std::string& library) {
  auto opened = SharedLibrary::open(library);
  if (const auto* unopened = std::get_if<Unopened>(&opened))
    return Absent{model::DriverAnswer::no_library, unopened->why};
  const auto& held = std::get<SharedLibrary>(opened);
  auto* initialize = held.function<int()>("nvmlInit_v2");
  if (initialize == nullptr)
    return Absent{model::DriverAnswer::no_library, fmt::format("{} has no symbol nvmlInit_v2", library)};
  const int code = initialize();
  if (code != 0) return Absent{model::DriverAnswer::failed, fmt::format("nvmlInit: {}", nvml_error_text(held, code))};
  return Nvml(held);
}

std::string Nvml::driver_version() const {
  std::array<char, 128> text{};
  auto* ask = library_.function<int(char*, unsigned)>("nvmlSystemGetDriverVersion");
  return ask != nullptr && ask(text.data(), static_cast<unsigned>(text.size() - 1)) == 0 ? text.data() : "";
}

void* Nvml::device(const std::string& uuid) const {
  void* device = nullptr;
  auto* ask = library_.function<int(const char*, void**)>("nvmlDeviceGetHandleByUUID");
  return ask != nullptr && ask(uuid.c_str(), &device) == 0 ? device : nullptr;
}

std::string Nvml::name(const std::string& uuid) const {
  void* handle = device(uuid);
  std::array<char, 128> text{};
  auto* ask = library_.function<int(void*, char*, unsigned)>("nvmlDeviceGetName");
  if (handle == nullptr || ask == nullptr) return {};
  return ask(handle, text.data(), static_cast<unsigned>(text.size() - 1)) == 0 ? text.data() : "";
}

std::optional<Memory> Nvml::memory(const std::string& uuid) const {
  struct {
    unsigned long long total, free, used;  // nvmlMemory_t
  } answer{};
  void* handle = device(uuid);
  auto* ask = library_.function<int(void*, void*)>("nvmlDeviceGetMemoryInfo");
  if (handle == nullptr || ask == nullptr || ask(handle, &answer) != 0) return std::nullopt;
  return Memory{answer.free, answer.total};
}

}  // namespace envguard::engine::cuda
