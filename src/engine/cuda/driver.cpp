#include "engine/cuda/driver.hpp"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "engine/cuda/cuda_interface.hpp"

namespace envguard::engine::cuda {
namespace {

using model::DriverAnswer;

/// "no CUDA-capable device is detected (CUDA_ERROR_NO_DEVICE)". The toolkit's stub answers its own error to this too.
std::string error_text(const SharedLibrary& library, int code) {
  const auto text = [&](const char* symbol) -> std::string {
    const char* answer = nullptr;
    auto* ask = library.function<int(int, const char**)>(symbol);
    return ask != nullptr && ask(code, &answer) == api::success && answer != nullptr ? answer : "";
  };
  const auto words = text("cuGetErrorString");
  const auto name = text("cuGetErrorName");
  if (words.empty() && code == api::stub_library) return "this is the CUDA toolkit's stub, which is for linking alone";
  if (words.empty() || name.empty()) return fmt::format("error {}", code);
  return fmt::format("{} ({})", words, name);
}

}  // namespace

DriverAnswer answer_of_cuda(int code) {
  if (code >= api::mps_connection_failed && code <= api::mps_client_terminated) return DriverAnswer::not_ready;
  switch (code) {
    case api::success:
      return DriverAnswer::answered;
    case api::stub_library:
      return DriverAnswer::stub;
    case api::no_device:
      return DriverAnswer::no_device;
    case api::call_requires_newer_driver:
    case api::system_driver_mismatch:
    case api::compat_not_supported_on_device:  // a libcuda of another version than the kernel module's
      return DriverAnswer::version_mismatch;
    case api::operating_system:
    case api::not_permitted:
      return DriverAnswer::no_permission;
    case api::device_unavailable:
    case api::device_not_licensed:
    case api::system_not_ready:
      return DriverAnswer::not_ready;
    default:
      return DriverAnswer::failed;
  }
}

std::variant<Driver, Absent> Driver::open(const std::string& library) {
  auto opened = SharedLibrary::open(library);
  if (const auto* unopened = std::get_if<Unopened>(&opened)) return Absent{DriverAnswer::no_library, unopened->why, {}};
  const auto& held = std::get<SharedLibrary>(opened);
  auto* initialize = held.function<int(unsigned)>("cuInit");
  if (initialize == nullptr)
    return Absent{DriverAnswer::no_library, fmt::format("{} has no symbol cuInit", library), held.file()};
  const int code = initialize(0);
  if (code == api::success) return Driver(held);
  return Absent{answer_of_cuda(code), fmt::format("cuInit: {}", error_text(held, code)), held.file()};
}

int Driver::count() const {
  int count = 0;
  auto* ask = library_.function<int(int*)>("cuDeviceGetCount");
  return ask != nullptr && ask(&count) == api::success ? count : 0;
}

std::optional<int> Driver::device(int index) const {
  int device = 0;
  auto* ask = library_.function<int(int*, int)>("cuDeviceGet");
  if (ask == nullptr || ask(&device, index) != api::success) return std::nullopt;
  return device;
}

int Driver::attribute(int attribute, int device) const {
  int value = 0;
  auto* ask = library_.function<int(int*, int, int)>("cuDeviceGetAttribute");
  return ask != nullptr && ask(&value, attribute, device) == api::success ? value : 0;
}

std::optional<model::GpuKey> Driver::key(int index) const {
  const auto number = device(index);
  auto* ask_name = library_.function<int(char*, int, int)>("cuDeviceGetName");
  std::array<char, 256> name{};
  if (!number || ask_name == nullptr ||
      ask_name(name.data(), static_cast<int>(name.size() - 1), *number) != api::success) {
    return std::nullopt;
  }
  const int major = attribute(api::compute_capability_major, *number);
  const int minor = attribute(api::compute_capability_minor, *number);
  auto [gpu, mig_profile] = split_mig(name.data());
  return model::GpuKey{std::move(gpu), fmt::format("{}.{}", major, minor),
                       attribute(api::multiprocessor_count, *number), std::move(mig_profile)};
}

std::string Driver::uuid(int index) const {
  const auto number = device(index);
  // Of a MIG instance the older cuDeviceGetUuid gives its GPU's.
  auto* ask = library_.function<int(std::array<unsigned char, 16>*, int)>("cuDeviceGetUuid_v2");
  std::array<unsigned char, 16> bytes{};
  const auto name = key(index);
  if (!number || !name || ask == nullptr || ask(&bytes, *number) != api::success) return {};
  std::string text = name->mig_profile.empty() ? "GPU" : "MIG";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string Driver::pci_id(int index) const {
  const auto number = device(index);
  if (!number) return {};
  return fmt::format("{:08X}:{:02X}:{:02X}.0", attribute(api::pci_domain_id, *number),
                     attribute(api::pci_bus_id, *number), attribute(api::pci_device_id, *number));
}

std::optional<std::uint64_t> Driver::total_bytes(int index) const {
  const auto number = device(index);
  std::size_t bytes = 0;
  auto* ask = library_.function<int(std::size_t*, int)>("cuDeviceTotalMem_v2");
  if (!number || ask == nullptr || ask(&bytes, *number) != api::success) return std::nullopt;
  return bytes;
}

std::string Driver::api_version() const {
  int number = 0;
  auto* ask = library_.function<int(int*)>("cuDriverGetVersion");
  if (ask == nullptr || ask(&number) != api::success) return {};
  return fmt::format("{}.{}", number / 1000, number / 10 % 100);
}

std::pair<std::string, std::string> split_mig(const std::string& name) {
  static constexpr std::string_view mark = " MIG ";
  const auto place = name.rfind(mark);
  if (place == std::string::npos) return {name, {}};
  return {name.substr(0, place), name.substr(place + mark.size())};
}

}  // namespace envguard::engine::cuda
