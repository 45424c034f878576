// A libnvidia-ml.so.1, as far as devices are asked for.
#include <cstring>
#include <deque>
#include <map>

#include "nvml_device.hpp"

namespace {

using fake::Device;
using fake::not_supported;
using fake::of_device;
using fake::of_whole;
using fake::success;

const std::map<int, const char*> errors{
    {1, "Uninitialized"},
    {2, "Invalid Argument"},
    {3, "Not Supported"},
    {4, "Insufficient Permissions"},
    {6, "Not Found"},
    {7, "Insufficient Size"},
    {9, "Driver Not Loaded"},
    {15, "GPU is lost"},
    {16, "GPU requires reset"},
    {17, "GPU access blocked by the operating system"},
    {18, "Driver/library version mismatch"},
    {999, "Unknown Error"},
};

/// A handle that stays where it is.
Device* handle(const fake::Gpu& gpu, const fake::Instance* instance) {
  static std::deque<Device> handles;
  for (auto& known : handles)
    if (known.gpu == &gpu && known.instance == instance) return &known;
  return &handles.emplace_back(Device{&gpu, instance});
}

int filled(const std::string& text, char* buffer, unsigned size) {
  return fake::copied(text, buffer, size) ? success : fake::insufficient_size;
}

/// The answer of a function that needs no device.
template <class Answer>
int ready(const char* function, const Answer& answer) {
  return fake::behave(function, [&] { return fake::initialized ? answer() : fake::uninitialized; });
}

template <class Value>
int given(const std::optional<Value>& value, unsigned* into) {
  if (!value) return not_supported;
  *into = static_cast<unsigned>(*value);
  return success;
}

struct Pci {
  char legacy[16];
  unsigned domain, bus, device, identity, subsystem;
  char id[32];
};

struct Memory {
  unsigned long long total, free, used;
};

}  // namespace

extern "C" {

int nvmlInit_v2() {
  const int code = fake::behave("nvmlInit_v2", [] { return success; });
  fake::initialized = code == success;
  return code;
}

const char* nvmlErrorString(int code) {
  const auto known = errors.find(code);
  return known == errors.end() ? "Unknown Error" : known->second;
}

int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  return ready("nvmlSystemGetDriverVersion", [&] { return filled(fake::description().driver, text, size); });
}

int nvmlDeviceGetCount_v2(unsigned* count) {
  return ready("nvmlDeviceGetCount_v2", [&] {
    *count = static_cast<unsigned>(fake::description().gpus.size());
    return success;
  });
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device** device) {
  return ready("nvmlDeviceGetHandleByIndex_v2", [&] {
    const auto& gpus = fake::description().gpus;
    if (index >= gpus.size()) return fake::invalid_argument;
    if (gpus[index].handle_error != 0) return gpus[index].handle_error;
    *device = handle(gpus[index], nullptr);
    return success;
  });
}

int nvmlDeviceGetHandleByUUID(const char* uuid, Device** device) {
  return ready("nvmlDeviceGetHandleByUUID", [&] {
    for (const auto& gpu : fake::description().gpus) {
      if (gpu.handle_error != 0) continue;
      if (gpu.uuid == uuid) *device = handle(gpu, nullptr);
      if (gpu.uuid == uuid) return success;
      if (!gpu.mig) continue;
      for (const auto& instance : *gpu.mig) {
        if (instance.uuid != uuid) continue;
        *device = handle(gpu, &instance);
        return success;
      }
    }
    return fake::not_found;
  });
}

// The driver keeps these, so that a GPU that is lost has them still.
int nvmlDeviceGetName(const Device* device, char* text, unsigned size) {
  return ready("nvmlDeviceGetName", [&] {
    const auto& gpu = *device->gpu;
    return filled(device->instance == nullptr ? gpu.nvml_name : gpu.nvml_name + " MIG " + device->instance->profile,
                  text, size);
  });
}

int nvmlDeviceGetUUID(const Device* device, char* text, unsigned size) {
  return ready("nvmlDeviceGetUUID", [&] {
    return filled(device->instance == nullptr ? device->gpu->uuid : device->instance->uuid, text, size);
  });
}

int nvmlDeviceGetPciInfo_v3(const Device* device, Pci* pci) {
  return ready("nvmlDeviceGetPciInfo_v3", [&] {
    if (device->instance != nullptr) return not_supported;
    std::memset(pci, 0, sizeof *pci);
    return filled(device->gpu->pci, pci->id, sizeof pci->id);
  });
}

int nvmlDeviceGetMemoryInfo(const Device* device, Memory* memory) {
  return of_device("nvmlDeviceGetMemoryInfo", device, [&] {
    const auto* instance = device->instance;
    memory->total = instance == nullptr ? device->gpu->total : instance->total;
    memory->free = instance == nullptr ? device->gpu->free : instance->free;
    memory->used = memory->total - memory->free;
    return success;
  });
}

int nvmlDeviceGetEccMode(const Device* device, unsigned* current, unsigned* pending) {
  return of_whole("nvmlDeviceGetEccMode", device, [&] {
    *pending = 0;
    return given(device->gpu->ecc, current);
  });
}

int nvmlDeviceGetTotalEccErrors(const Device* device, unsigned type, unsigned counter, unsigned long long* count) {
  return of_whole("nvmlDeviceGetTotalEccErrors", device, [&] {
    if (!device->gpu->ecc.value_or(false)) return not_supported;
    *count = device->gpu->ecc_errors.at(std::size_t{2} * counter + type);
    return success;
  });
}

int nvmlDeviceGetComputeMode(const Device* device, unsigned* mode) {
  return of_whole("nvmlDeviceGetComputeMode", device,
                  [&] { return given(std::optional(device->gpu->compute_mode), mode); });
}

int nvmlDeviceGetCurrentClocksThrottleReasons(const Device* device, unsigned long long* reasons) {
  return of_whole("nvmlDeviceGetCurrentClocksThrottleReasons", device, [&] {
    *reasons = device->gpu->clock_events;
    return success;
  });
}

int nvmlDeviceGetPersistenceMode(const Device* device, unsigned* mode) {
  return of_whole("nvmlDeviceGetPersistenceMode", device,
                  [&] { return given(std::optional(device->gpu->persistence), mode); });
}

int nvmlDeviceGetNvLinkState(const Device* device, unsigned link, unsigned* active) {
  return of_whole("nvmlDeviceGetNvLinkState", device, [&] {
    if (!device->gpu->nvlinks) return not_supported;
    if (link >= *device->gpu->nvlinks) return fake::invalid_argument;
    *active = 1;
    return success;
  });
}

int nvmlDeviceGetVirtualizationMode(const Device* device, unsigned* mode) {
  return of_whole("nvmlDeviceGetVirtualizationMode", device,
                  [&] { return given(std::optional(device->gpu->virtualization), mode); });
}
}

// What nvml_newer.cpp needs of this one.
namespace fake {
Device* instance_handle(const Gpu& gpu, const Instance* instance) {
  return handle(gpu, instance);
}
}  // namespace fake
