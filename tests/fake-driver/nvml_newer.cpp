// What came to libnvidia-ml.so.1 with driver 450 and later.
#include <algorithm>
#include <cstring>

#include "nvml_device.hpp"

namespace fake {
Device* instance_handle(const Gpu& gpu, const Instance* instance);
}

namespace {

using fake::Device;
using fake::not_supported;
using fake::of_device;
using fake::of_whole;
using fake::success;

struct Process {
  unsigned pid;
  unsigned long long used;
  unsigned gpu_instance, compute_instance;
};

/// As _v3 of drivers 535.43 to 535.86 writes it (XuehaiPan/nvitop#79).
struct LongerProcess : Process {
  unsigned long long protected_memory;
};

struct Fabric {
  unsigned version;
  unsigned char cluster[16];
  int status;
  unsigned clique;
  unsigned char state;
  unsigned health;
};

template <class Record>
int processes_of(const Device* device, unsigned* count, Record* into) {
  const auto& all = device->gpu->processes;
  const bool room = *count >= all.size();
  *count = static_cast<unsigned>(all.size());
  if (!room) return fake::insufficient_size;
  for (const auto& process : all) {
    Record record{};
    static_cast<Process&>(record) = {process.pid, process.used, ~0U, ~0U};
    *into++ = record;
  }
  return success;
}

}  // namespace

extern "C" {

int nvmlDeviceGetMigMode(const Device* device, unsigned* current, unsigned* pending) {
  return of_whole("nvmlDeviceGetMigMode", device, [&] {
    *current = *pending = device->gpu->mig ? 1 : 0;
    return device->gpu->can_mig ? success : not_supported;
  });
}

int nvmlDeviceGetMaxMigDeviceCount(const Device* device, unsigned* count) {
  return of_whole("nvmlDeviceGetMaxMigDeviceCount", device, [&] {
    *count = device->gpu->can_mig ? 7 : 0;
    return success;
  });
}

// The first place is empty, as it is once an instance has been taken away.
int nvmlDeviceGetMigDeviceHandleByIndex(const Device* device, unsigned index, Device** instance) {
  return of_whole("nvmlDeviceGetMigDeviceHandleByIndex", device, [&] {
    if (!device->gpu->mig || index == 0 || index > device->gpu->mig->size()) return fake::not_found;
    *instance = fake::instance_handle(*device->gpu, &device->gpu->mig->at(index - 1));
    return success;
  });
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(const Device* instance, Device** device) {
  return of_device("nvmlDeviceGetDeviceHandleFromMigDeviceHandle", instance, [&] {
    *device = fake::instance_handle(*instance->gpu, nullptr);
    return instance->instance == nullptr ? fake::invalid_argument : success;
  });
}

int nvmlDeviceGetCurrentClocksEventReasons(const Device* device, unsigned long long* reasons) {
  return of_whole("nvmlDeviceGetCurrentClocksEventReasons", device, [&] {
    *reasons = device->gpu->clock_events;
    return success;
  });
}

int nvmlDeviceGetGpuFabricInfoV(const Device* device, Fabric* fabric) {
  return of_whole("nvmlDeviceGetGpuFabricInfoV", device, [&] {
    if (fabric->version != (sizeof *fabric | 2U << 24U)) return 25;  // NVML_ERROR_ARGUMENT_VERSION_MISMATCH
    if (!device->gpu->fabric_state) return not_supported;
    fabric->state = static_cast<unsigned char>(*device->gpu->fabric_state);
    fabric->status = device->gpu->fabric_status;
    return success;
  });
}

int nvmlDeviceGetComputeRunningProcesses_v2(const Device* device, unsigned* count, Process* into) {
  return of_device("nvmlDeviceGetComputeRunningProcesses_v2", device,
                   [&] { return processes_of(device, count, into); });
}

int nvmlDeviceGetComputeRunningProcesses_v3(const Device* device, unsigned* count, void* into) {
  const auto& driver = fake::description().driver;
  const bool longer = driver.starts_with("535.54") || driver.starts_with("535.86");
  return of_device("nvmlDeviceGetComputeRunningProcesses_v3", device, [&] {
    return longer ? processes_of(device, count, static_cast<LongerProcess*>(into))
                  : processes_of(device, count, static_cast<Process*>(into));
  });
}
}
