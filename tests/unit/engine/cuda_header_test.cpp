// Compiled where the CUDA toolkit is: the numbers that the engine has of its own are those of cuda.h.
#include <cuda.h>
#include <gtest/gtest.h>

#include "engine/cuda/cuda_interface.hpp"

namespace envguard::engine::cuda::api {
namespace {

static_assert(success == CUDA_SUCCESS);
static_assert(stub_library == CUDA_ERROR_STUB_LIBRARY);
static_assert(call_requires_newer_driver == CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER);
static_assert(device_unavailable == CUDA_ERROR_DEVICE_UNAVAILABLE);
static_assert(no_device == CUDA_ERROR_NO_DEVICE);
static_assert(device_not_licensed == CUDA_ERROR_DEVICE_NOT_LICENSED);
static_assert(operating_system == CUDA_ERROR_OPERATING_SYSTEM);
static_assert(not_permitted == CUDA_ERROR_NOT_PERMITTED);
static_assert(system_not_ready == CUDA_ERROR_SYSTEM_NOT_READY);
static_assert(system_driver_mismatch == CUDA_ERROR_SYSTEM_DRIVER_MISMATCH);
static_assert(compat_not_supported_on_device == CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE);
static_assert(mps_connection_failed == CUDA_ERROR_MPS_CONNECTION_FAILED);
static_assert(mps_client_terminated == CUDA_ERROR_MPS_CLIENT_TERMINATED);

static_assert(multiprocessor_count == CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
static_assert(pci_bus_id == CU_DEVICE_ATTRIBUTE_PCI_BUS_ID);
static_assert(pci_device_id == CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID);
static_assert(pci_domain_id == CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID);
static_assert(compute_capability_major == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
static_assert(compute_capability_minor == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);

static_assert(sizeof(CUresult) == sizeof(int) && sizeof(CUdevice) == sizeof(int) && sizeof(CUuuid) == 16);

TEST(CudaHeader, HasTheEnginesNumbers) {
  SUCCEED() << "compared when this was compiled";
}

}  // namespace
}  // namespace envguard::engine::cuda::api
