// A libcuda.so.1, as far as devices are asked for. Numbers are those of cuda.h, 13.0.
#include <array>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "visible.hpp"

namespace {

constexpr int success = 0, invalid_value = 1, not_initialized = 3, no_device = 100, invalid_device = 101;

using Words = std::pair<const char*, const char*>;
const std::map<int, Words> errors{
    {0, {"CUDA_SUCCESS", "no error"}},
    {1, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {3, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
    {100, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
    {101, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {102, {"CUDA_ERROR_DEVICE_NOT_LICENSED", "device doesn't have valid Grid license"}},
    {304, {"CUDA_ERROR_OPERATING_SYSTEM", "OS call failed or operation not supported on this OS"}},
    {802, {"CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized"}},
    {803, {"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"}},
    {804, {"CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "forward compatibility was attempted on non supported HW"}},
    {999, {"CUDA_ERROR_UNKNOWN", "unknown error"}},
};

bool initialized = false;

/// The answer of a function that is asked for one device.
template <class Answer>
int of_device(const char* function, int device, const Answer& answer) {
  return fake::behave(function, [&] {
    if (!initialized) return not_initialized;
    const auto all = fake::visible();
    const auto place = static_cast<std::size_t>(device);
    return device < 0 || place >= all.size() ? invalid_device : answer(all[place]);
  });
}

int attribute(const fake::Visible& one, int number, int* value) {
  unsigned domain = 0;
  unsigned bus = 0;
  unsigned slot = 0;
  std::sscanf(one.gpu->pci.c_str(), "%x:%x:%x", &domain, &bus, &slot);
  const std::map<int, int> values{
      {16, one.instance == nullptr ? one.gpu->multiprocessors : one.instance->multiprocessors},
      {33, static_cast<int>(bus)},
      {34, static_cast<int>(slot)},
      {50, static_cast<int>(domain)},
      {75, one.gpu->major},
      {76, one.gpu->minor},
  };
  const auto known = values.find(number);
  if (known == values.end()) return invalid_value;
  *value = known->second;
  return success;
}

int word(const char* function, int code, const char* Words::* which, const char** text) {
  return fake::behave(function, [&] {
    const auto known = errors.find(code);
    *text = known == errors.end() ? nullptr : known->second.*which;
    return known == errors.end() ? invalid_value : success;
  });
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  const int code = fake::behave("cuInit", [] { return fake::visible().empty() ? no_device : success; });
  initialized = code == success;
  return code;
}

int cuGetErrorName(int code, const char** text) {
  return word("cuGetErrorName", code, &Words::first, text);
}

int cuGetErrorString(int code, const char** text) {
  return word("cuGetErrorString", code, &Words::second, text);
}

int cuDriverGetVersion(int* version) {
  return fake::behave("cuDriverGetVersion", [&] {
    *version = fake::description().cuda_version;
    return success;
  });
}

int cuDeviceGetCount(int* count) {
  return fake::behave("cuDeviceGetCount", [&] {
    *count = static_cast<int>(fake::visible().size());
    return initialized ? success : not_initialized;
  });
}

int cuDeviceGet(int* device, int index) {
  return of_device("cuDeviceGet", index, [&](const auto&) {
    *device = index;
    return success;
  });
}

int cuDeviceGetName(char* name, int size, int device) {
  return of_device("cuDeviceGetName", device, [&](const auto& one) {
    const auto whole = one.instance == nullptr ? one.gpu->name : one.gpu->name + " MIG " + one.instance->profile;
    return fake::copied(whole, name, static_cast<std::size_t>(size)) ? success : invalid_value;
  });
}

int cuDeviceGetAttribute(int* value, int number, int device) {
  return of_device("cuDeviceGetAttribute", device, [&](const auto& one) { return attribute(one, number, value); });
}

int cuDeviceTotalMem_v2(std::size_t* bytes, int device) {
  return of_device("cuDeviceTotalMem_v2", device, [&](const auto& one) {
    *bytes = one.instance == nullptr ? one.gpu->total : one.instance->total;
    return success;
  });
}

int cuDeviceGetUuid_v2(std::array<unsigned char, 16>* bytes, int device) {
  return of_device("cuDeviceGetUuid_v2", device, [&](const auto& one) {
    std::string digits;
    for (const char c : (one.instance == nullptr ? one.gpu->uuid : one.instance->uuid).substr(4))
      if (c != '-') digits += c;
    for (std::size_t i = 0; i < bytes->size(); ++i)
      (*bytes)[i] = static_cast<unsigned char>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
    return success;
  });
}
}
