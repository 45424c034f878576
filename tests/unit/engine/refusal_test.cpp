#include <gtest/gtest.h>

#include "engine/ladder_refusal.hpp"
#include "engine/torch/failure.hpp"

namespace envguard::engine {
namespace {

using torch::Refusal;

using Reason = Refusal::Reason;

TEST(Refusal, TellsWhatLastsFromWhatIsOfTheMoment) {
  EXPECT_EQ(Refusal("No available kernel. Aborting execution.").reason(), Reason::unsupported);
  EXPECT_EQ(Refusal("grid_sampler_2d_backward_cuda does not have a deterministic implementation, but you set "
                    "'torch.use_deterministic_algorithms(True)'")
                .reason(),
            Reason::not_deterministic);
  EXPECT_EQ(
      Refusal("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried "
              "to allocate 64 bytes.")
          .reason(),
      Reason::no_memory);
  EXPECT_EQ(Refusal("CUDA out of memory. Tried to allocate 2.00 GiB.").reason(), Reason::no_memory);
  EXPECT_EQ(Refusal("CUDA error: no kernel image is available for execution on the device").reason(),
            Reason::no_kernel_image);
  EXPECT_EQ(Refusal("CUDA error: an illegal memory access was encountered").reason(), Reason::device);
}

/// What a library of CUDA's says, through PyTorch's macros, in words that are not known to last.
TEST(Refusal, AFailureOfACudaLibraryIsNoAnswerAboutThisInstall) {
  for (const char* message : {
           "cusolver error: CUSOLVER_STATUS_EXECUTION_FAILED, when calling `cusolverDnSpotrf(handle, uplo, n, A, lda)`",
           "cusolver error: Unknown cusolver error number, when calling `cusolverDnCreate(handle)`",
           "cuFFT error: CUFFT_EXEC_FAILED",
           "CUDA driver error: device not ready",
           "CUDA driver error: unknown error",
           "CUDA NVRTC error: NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
           "cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",
           "cuDNN error: CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH",
           "cuDNN error: CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED",
           "cuDNN error: CUDNN_STATUS_SERIALIZATION_VERSION_MISMATCH",
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE",
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING",
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_INCOMPATIBLE_CUDA_DRIVER",
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_INCOMPATIBLE_CUDART",
           "cuDNN error: CUDNN_STATUS_BAD_PARAM",
           "cuDNN Frontend error: [cudnn_frontend] Error: No valid execution plans built.",
           "CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR: cudnnFinalize failed cudnn_status: CUDNN_STATUS_EXECUTION_FAILED",
           "CUDNN_BACKEND_TENSOR_DESCRIPTOR cudnnFinalize failed cudnn_status: CUDNN_STATUS_BAD_PARAM",
           "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
           "CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasSgemm(handle, opa, opb, m, n, k)`",
           "transform: failed to synchronize: cudaErrorIllegalAddress: an illegal memory access was encountered",
           "Unable to find a valid cuDNN algorithm to run convolution",
           "workspace_it != workspace.map.end() INTERNAL ASSERT FAILED at \"CublasHandlePool.cpp\":292",
       }) {
    EXPECT_EQ(Refusal(message).reason(), Reason::device) << message;
  }
}

TEST(Refusal, WhatACudaLibraryNeverDoesHereIsUnsupported) {
  for (const char* message : {
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a non-contiguous input.",
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE",
           "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH",
           "cuDNN Frontend error: [cudnn_frontend] Error: No execution plans support the graph.",
           "GET was unable to find an engine to execute this computation",
           "FIND was unable to find an engine to execute this computation",
           "CUDA error: CUBLAS_STATUS_NOT_SUPPORTED when calling `cublasGemmEx(handle, opa, opb, m, n, k)`",
           "CUDA error: CUBLAS_STATUS_ARCH_MISMATCH when calling `cublasGemmEx(handle, opa, opb, m, n, k)`",
           "cuFFT error: CUFFT_NOT_SUPPORTED",
           "\"addmm_cuda\" not implemented for 'BFloat16'",
       }) {
    EXPECT_EQ(Refusal(message).reason(), Reason::unsupported) << message;
  }
}

TEST(Refusal, MemoryThatALibraryOfCudaLacksIsMemory) {
  for (const char* message : {
           "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
           "cusolver error: CUSOLVER_STATUS_ALLOC_FAILED, when calling `cusolverDnCreate(handle)`",
           "cuFFT error: CUFFT_ALLOC_FAILED",
           "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
           "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
           "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED",
           "CUDA driver error: out of memory",
           "CUDA NVRTC error: NVRTC_ERROR_OUT_OF_MEMORY",
       }) {
    EXPECT_EQ(Refusal(message).reason(), Reason::no_memory) << message;
  }
}

/// Before PyTorch's own words, which are long: where it is shown a message is cut after 400 characters.
TEST(Refusal, OfAMissingArchitectureSaysTheRuleFirst) {
  const std::string pytorch = "CUDA error: no kernel image is available for execution on the device";
  const std::string what =
      Refusal(pytorch + "\nSearch for `cudaErrorNoKernelImageForDevice' in " + std::string(400, '.')).what();
  const std::string shown = ("PyTorch cannot use cuda:0: " + what).substr(0, 400);
  EXPECT_NE(shown.find("same major compute capability with an equal or higher minor"), std::string::npos) << shown;
  EXPECT_NE(shown.find(pytorch), std::string::npos) << shown;
}

TEST(Refusal, OnlyWhatLastsIsLocked) {
  EXPECT_EQ(status_of(Reason::unsupported), model::ProbeStatus::unsupported);
  EXPECT_EQ(status_of(Reason::not_deterministic), model::ProbeStatus::not_deterministic);
  for (const auto reason : {Reason::no_memory, Reason::no_kernel_image, Reason::device}) {
    EXPECT_EQ(status_of(reason), model::ProbeStatus::failed);
  }
}

TEST(Refusal, AGpuWithoutFreeMemoryIsNotLost) {
  EXPECT_TRUE(answers_after(Refusal("CUDA out of memory. Tried to allocate 2.00 MiB.").reason()));
  EXPECT_FALSE(answers_after(Refusal("CUDA error: an illegal memory access was encountered").reason()));
  EXPECT_FALSE(answers_after(Refusal("CUDA error: unspecified launch failure").reason()));
}

TEST(Refusal, AGpuThatIsTakenOrOfAnotherArchitectureIsThere) {
  using Kind = codec::NotOpened::Kind;
  for (const char* message : {"CUDA out of memory. Tried to allocate 2.00 MiB.", "CUDA error: out of memory",
                              "CUDA error: no kernel image is available for execution on the device",
                              "CUDA error: CUDA-capable device(s) is/are busy or unavailable"}) {
    EXPECT_EQ(not_opened_by(Refusal(message)), Kind::not_loadable) << message;
  }
  for (const char* message : {"Found no NVIDIA driver on your system.",
                              "CUDA error: no CUDA-capable device is detected", "CUDA error: unknown error"}) {
    EXPECT_EQ(not_opened_by(Refusal(message)), Kind::no_device) << message;
  }
}

TEST(Refusal, KeepsTheMessage) {
  EXPECT_STREQ(Refusal("No available kernel.").what(), "No available kernel.");
}

}  // namespace
}  // namespace envguard::engine
