#include "engine/cuda/driver.hpp"

#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace envguard::engine::cuda {
namespace {

// Numbers of CUdevice_attribute (cuda.h).
constexpr int multiprocessor_count = 16;
constexpr int compute_capability_major = 75;
constexpr int compute_capability_minor = 76;

std::string error_text(const SharedLibrary& library, int code) {
  const char* text = nullptr;
  auto* ask = library.function<int(int, const char**)>("cuGetErrorString");
  if (ask == nullptr || ask(code, &text) != 0 || text == nullptr) return fmt::format("error {}", code);
  return text;
}

}  // namespace

std::variant<Driver, Absent> Driver::open(const std::string& library) {
  auto opened = SharedLibrary::open(library);
  if (const auto* unopened = std::get_if<Unopened>(&opened))
    return Absent{model::DriverAnswer::no_library, unopened->why};
  const auto& held = std::get<SharedLibrary>(opened);
  auto* initialize = held.function<int(unsigned)>("cuInit");
  if (initialize == nullptr)
    return Absent{model::DriverAnswer::no_library, fmt::format("{} has no symbol cuInit", library)};
  const int code = initialize(0);
  if (code != 0) return Absent{model::DriverAnswer::failed, fmt::format("cuInit: {}", error_text(held, code))};
  return Driver(held);
}

int Driver::count() const {
  int count = 0;
  auto* ask = library_.function<int(int*)>("cuDeviceGetCount");
  return ask != nullptr && ask(&count) == 0 ? count : 0;
}

std::optional<int> Driver::device(int index) const {
  int device = 0;
  auto* ask = library_.function<int(int*, int)>("cuDeviceGet");
  if (ask == nullptr || ask(&device, index) != 0) return std::nullopt;
  return device;
}

int Driver::attribute(int attribute, int device) const {
  int value = 0;
  auto* ask = library_.function<int(int*, int, int)>("cuDeviceGetAttribute");
  return ask != nullptr && ask(&value, attribute, device) == 0 ? value : 0;
}

std::optional<model::GpuKey> Driver::key(int index) const {
  const auto number = device(index);
  auto* ask_name = library_.function<int(char*, int, int)>("cuDeviceGetName");
  std::array<char, 256> name{};
  if (!number || ask_name == nullptr || ask_name(name.data(), static_cast<int>(name.size() - 1), *number) != 0) {
    return std::nullopt;
  }
  const int major = attribute(compute_capability_major, *number);
  const int minor = attribute(compute_capability_minor, *number);
  auto [gpu, mig_profile] = split_mig(name.data());
  return model::GpuKey{std::move(gpu), fmt::format("{}.{}", major, minor), attribute(multiprocessor_count, *number),
                       std::move(mig_profile)};
}

std::string Driver::uuid(int index) const {
  const auto number = device(index);
  auto* ask = library_.function<int(std::array<unsigned char, 16>*, int)>("cuDeviceGetUuid_v2");
  std::array<unsigned char, 16> bytes{};
  const auto name = key(index);
  if (!number || !name || ask == nullptr || ask(&bytes, *number) != 0) return {};
  std::string text = name->mig_profile.empty() ? "GPU" : "MIG";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string Driver::api_version() const {
  int number = 0;
  auto* ask = library_.function<int(int*)>("cuDriverGetVersion");
  if (ask == nullptr || ask(&number) != 0) return {};
  return fmt::format("{}.{}", number / 1000, number / 10 % 100);
}

std::pair<std::string, std::string> split_mig(const std::string& name) {
  static constexpr std::string_view mark = " MIG ";
  const auto place = name.rfind(mark);
  if (place == std::string::npos) return {name, {}};
  return {name.substr(0, place), name.substr(place + mark.size())};
}

}  // namespace envguard::engine::cuda
