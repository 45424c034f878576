#pragma once

/// The parts of NVML's interface that are asked here, as nvml.h of version 13 has them. No header of NVIDIA is
/// included: a test compares both where that header is.
namespace envguard::engine::cuda::management {

// nvmlReturn_t.
inline constexpr int success = 0;
inline constexpr int not_supported = 3;
inline constexpr int no_permission = 4;
inline constexpr int insufficient_size = 7;
inline constexpr int driver_not_loaded = 9;
inline constexpr int library_not_found = 12;
inline constexpr int function_not_found = 13;
inline constexpr int gpu_is_lost = 15;
inline constexpr int reset_required = 16;
inline constexpr int operating_system = 17;
inline constexpr int version_mismatch = 18;
inline constexpr int not_ready = 27;
inline constexpr int gpu_not_found = 28;

inline constexpr unsigned corrected = 0, uncorrected = 1;            // nvmlMemoryErrorType_t
inline constexpr unsigned since_driver_load = 0, over_lifetime = 1;  // nvmlEccCounterType_t
inline constexpr unsigned most_links = 36;  // NVML_NVLINK_MAX_LINKS of CUDA 13.3, the most of any
inline constexpr unsigned text_size = 96;   // NVML_DEVICE_UUID_V2_BUFFER_SIZE, the longest
inline constexpr unsigned char fabric_completed = 3;
inline constexpr unsigned long long not_told = ~0ULL;  // NVML_VALUE_NOT_AVAILABLE

struct Memory {
  unsigned long long total = 0, free = 0, used = 0;
};

struct PciInfo {
  char legacy_id[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char id[32];
};

/// Of nvmlDeviceGetComputeRunningProcesses_v2, and of _v3 but for drivers 535.43 to 535.86, whose records have 32 bytes
/// (XuehaiPan/nvitop#79).
struct Process {
  unsigned pid;
  unsigned long long used;
  unsigned gpu_instance, compute_instance;
};

/// Of nvmlDeviceGetGpuFabricInfo, drivers 515 to 535.
struct FabricInfo {
  unsigned char cluster[16];
  int status;
  unsigned clique;
  unsigned char state;
};

/// Of nvmlDeviceGetGpuFabricInfoV.
struct FabricInfoV2 {
  unsigned version;
  unsigned char cluster[16];
  int status;
  unsigned clique;
  unsigned char state;
  unsigned health;
};
inline constexpr unsigned fabric_version_2 = sizeof(FabricInfoV2) | 2U << 24U;

}  // namespace envguard::engine::cuda::management
