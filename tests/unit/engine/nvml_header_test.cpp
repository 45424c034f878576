// Compiled where nvml.h is: the numbers and layouts that the engine has of its own are those of that header.
#include <cstddef>
#include <type_traits>

#include <gtest/gtest.h>
#include <nvml.h>

#include "engine/cuda/nvml_interface.hpp"

namespace envguard::engine::cuda::management {
namespace {

static_assert(success == NVML_SUCCESS);
static_assert(not_supported == NVML_ERROR_NOT_SUPPORTED);
static_assert(no_permission == NVML_ERROR_NO_PERMISSION);
static_assert(insufficient_size == NVML_ERROR_INSUFFICIENT_SIZE);
static_assert(driver_not_loaded == NVML_ERROR_DRIVER_NOT_LOADED);
static_assert(library_not_found == NVML_ERROR_LIBRARY_NOT_FOUND);
static_assert(function_not_found == NVML_ERROR_FUNCTION_NOT_FOUND);
static_assert(gpu_is_lost == NVML_ERROR_GPU_IS_LOST);
static_assert(reset_required == NVML_ERROR_RESET_REQUIRED);
static_assert(operating_system == NVML_ERROR_OPERATING_SYSTEM);
static_assert(version_mismatch == NVML_ERROR_LIB_RM_VERSION_MISMATCH);
static_assert(not_ready == NVML_ERROR_NOT_READY);
static_assert(gpu_not_found == NVML_ERROR_GPU_NOT_FOUND);

static_assert(corrected == NVML_MEMORY_ERROR_TYPE_CORRECTED && uncorrected == NVML_MEMORY_ERROR_TYPE_UNCORRECTED);
static_assert(since_driver_load == NVML_VOLATILE_ECC && over_lifetime == NVML_AGGREGATE_ECC);
static_assert(most_links >= NVML_NVLINK_MAX_LINKS);  // 18 in CUDA 13.0 to 13.2, 36 in 13.3
static_assert(text_size == NVML_DEVICE_UUID_V2_BUFFER_SIZE && text_size >= NVML_DEVICE_NAME_V2_BUFFER_SIZE);
static_assert(not_told == static_cast<unsigned long long>(NVML_VALUE_NOT_AVAILABLE));
static_assert(fabric_completed == NVML_GPU_FABRIC_STATE_COMPLETED);
static_assert(fabric_version_2 == nvmlGpuFabricInfo_v2);

// The engine names these by their numbers.
static_assert(NVML_COMPUTEMODE_EXCLUSIVE_THREAD == 1 && NVML_COMPUTEMODE_PROHIBITED == 2 &&
              NVML_COMPUTEMODE_EXCLUSIVE_PROCESS == 3);
static_assert(NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH == 1 && NVML_GPU_VIRTUALIZATION_MODE_VGPU == 2 &&
              NVML_GPU_VIRTUALIZATION_MODE_HOST_VGPU == 3 && NVML_GPU_VIRTUALIZATION_MODE_HOST_VSGA == 4);
static_assert(NVML_GPU_FABRIC_STATE_NOT_SUPPORTED == 0 && NVML_GPU_FABRIC_STATE_NOT_STARTED == 1 &&
              NVML_GPU_FABRIC_STATE_IN_PROGRESS == 2);
static_assert(nvmlClocksEventReasonGpuIdle == 1U << 0U && nvmlClocksEventReasonApplicationsClocksSetting == 1U << 1U &&
              nvmlClocksEventReasonSwPowerCap == 1U << 2U && nvmlClocksThrottleReasonHwSlowdown == 1U << 3U &&
              nvmlClocksEventReasonSyncBoost == 1U << 4U && nvmlClocksEventReasonSwThermalSlowdown == 1U << 5U &&
              nvmlClocksThrottleReasonHwThermalSlowdown == 1U << 6U &&
              nvmlClocksThrottleReasonHwPowerBrakeSlowdown == 1U << 7U &&
              nvmlClocksEventReasonDisplayClockSetting == 1U << 8U);

static_assert(sizeof(Memory) == sizeof(nvmlMemory_t) && offsetof(Memory, free) == offsetof(nvmlMemory_t, free));
static_assert(sizeof(PciInfo) == sizeof(nvmlPciInfo_t) && offsetof(PciInfo, id) == offsetof(nvmlPciInfo_t, busId));
static_assert(sizeof(Process) == sizeof(nvmlProcessInfo_t) &&
              offsetof(Process, used) == offsetof(nvmlProcessInfo_t, usedGpuMemory));
static_assert(sizeof(FabricInfo) == sizeof(nvmlGpuFabricInfo_t) &&
              offsetof(FabricInfo, status) == offsetof(nvmlGpuFabricInfo_t, status) &&
              offsetof(FabricInfo, state) == offsetof(nvmlGpuFabricInfo_t, state));
static_assert(sizeof(FabricInfoV2) == sizeof(nvmlGpuFabricInfo_v2_t) &&
              offsetof(FabricInfoV2, status) == offsetof(nvmlGpuFabricInfo_v2_t, status) &&
              offsetof(FabricInfoV2, state) == offsetof(nvmlGpuFabricInfo_v2_t, state));
static_assert(std::is_pointer_v<nvmlDevice_t> && sizeof(nvmlReturn_t) == sizeof(int) &&
              sizeof(nvmlEnableState_t) == sizeof(unsigned) && sizeof(nvmlComputeMode_t) == sizeof(unsigned));

TEST(NvmlHeader, HasTheEnginesNumbersAndLayouts) {
  SUCCEED() << "compared when this was compiled";
}

}  // namespace
}  // namespace envguard::engine::cuda::management
