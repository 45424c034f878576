// Every number and signature that the engine declares by hand, against the toolkit's and cuDNN's own headers.
#include <cstddef>
#include <type_traits>

#include <cublasLt.h>
#include <cublas_v2.h>
#include <cuda.h>
#include <cudnn.h>
#include <gtest/gtest.h>
#include <nvrtc.h>

#include "engine/cuda/abi/cublas.hpp"
#include "engine/cuda/abi/cudnn.hpp"
#include "engine/cuda/abi/driver.hpp"
#include "engine/cuda/abi/nvrtc.hpp"

namespace envguard::engine::cuda {
namespace {

template <class T>
constexpr bool counts = std::is_integral_v<T> || std::is_enum_v<T>;

/// Travels in the same register: both pointers, or both integers of one size, or one type.
template <class Theirs, class Ours>
constexpr bool same_value = std::is_same_v<Theirs, Ours> || (std::is_pointer_v<Theirs> && std::is_pointer_v<Ours>) ||
                            (counts<Theirs> && counts<Ours> && sizeof(Theirs) == sizeof(Ours));

template <class Theirs, class Ours>
constexpr bool same = false;
template <class R, class... A, class S, class... B>
  requires(sizeof...(A) == sizeof...(B))
constexpr bool same<R(A...), S(B...)> = same_value<R, S> && (same_value<A, B> && ...);

static_assert(!same<int(int), int(int, int)>);
static_assert(!same<int(int), int(long)>);
static_assert(!same<int(float), int(int)>);
static_assert(same<cudaDataType_t(void*), int(const char*)>);

namespace of_driver {
using namespace abi::driver;  // NOLINT(google-build-using-namespace)
static_assert(success == CUDA_SUCCESS && out_of_memory == CUDA_ERROR_OUT_OF_MEMORY);
static_assert(invalid_image == CUDA_ERROR_INVALID_IMAGE && no_binary_for_gpu == CUDA_ERROR_NO_BINARY_FOR_GPU);
static_assert(unsupported_ptx_version == CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
static_assert(invalid_source == CUDA_ERROR_INVALID_SOURCE);
static_assert(compute_capability_major == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
static_assert(compute_capability_minor == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
static_assert(same<decltype(cuInit), Init> && same<decltype(cuDriverGetVersion), DriverGetVersion>);
static_assert(same<decltype(cuDeviceGet), DeviceGet> && same<decltype(cuDeviceGetAttribute), DeviceGetAttribute>);
static_assert(same<decltype(cuDevicePrimaryCtxRetain), DevicePrimaryCtxRetain>);
static_assert(same<decltype(cuDevicePrimaryCtxRelease_v2), DevicePrimaryCtxRelease>);
static_assert(same<decltype(cuCtxSetCurrent), CtxSetCurrent> && same<decltype(cuCtxSynchronize), CtxSynchronize>);
static_assert(same<decltype(cuMemGetInfo_v2), MemGetInfo> && same<decltype(cuMemAlloc_v2), MemAlloc>);
static_assert(same<decltype(cuMemFree_v2), MemFree> && same<decltype(cuMemcpyHtoD_v2), MemcpyHtoD>);
static_assert(same<decltype(cuMemcpyDtoH_v2), MemcpyDtoH> && same<decltype(cuModuleLoadData), ModuleLoadData>);
static_assert(same<decltype(cuModuleUnload), ModuleUnload> && same<decltype(cuModuleGetFunction), ModuleGetFunction>);
static_assert(same<decltype(cuLaunchKernel), LaunchKernel> && same<decltype(cuGetErrorString), GetErrorString>);
}  // namespace of_driver

namespace of_nvrtc {
using namespace abi::nvrtc;  // NOLINT(google-build-using-namespace)
static_assert(success == NVRTC_SUCCESS && out_of_memory == NVRTC_ERROR_OUT_OF_MEMORY);
static_assert(invalid_option == NVRTC_ERROR_INVALID_OPTION && compilation == NVRTC_ERROR_COMPILATION);
static_assert(same<decltype(nvrtcVersion), Version> && same<decltype(nvrtcCreateProgram), CreateProgram>);
static_assert(same<decltype(nvrtcDestroyProgram), DestroyProgram>);
static_assert(same<decltype(nvrtcCompileProgram), CompileProgram> && same<decltype(nvrtcGetCUBIN), GetCubin>);
static_assert(same<decltype(nvrtcGetCUBINSize), GetCubinSize>);
static_assert(same<decltype(nvrtcGetProgramLogSize), GetProgramLogSize>);
static_assert(same<decltype(nvrtcGetProgramLog), GetProgramLog> && same<decltype(nvrtcGetErrorString), GetErrorString>);
}  // namespace of_nvrtc

namespace of_cublas {
using namespace abi::cublas;  // NOLINT(google-build-using-namespace)
static_assert(success == CUBLAS_STATUS_SUCCESS && alloc_failed == CUBLAS_STATUS_ALLOC_FAILED);
static_assert(arch_mismatch == CUBLAS_STATUS_ARCH_MISMATCH && not_supported == CUBLAS_STATUS_NOT_SUPPORTED);
static_assert(operation_none == CUBLAS_OP_N && operation_transposed == CUBLAS_OP_T);
static_assert(default_math == CUBLAS_DEFAULT_MATH && pedantic_math == CUBLAS_PEDANTIC_MATH);
static_assert(disallow_reduced_precision_reduction == CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);
static_assert(compute_32f == CUBLAS_COMPUTE_32F && gemm_default == CUBLAS_GEMM_DEFAULT);
static_assert(real_32f == CUDA_R_32F && real_16f == CUDA_R_16F && real_16bf == CUDA_R_16BF);
static_assert(lt_transposed_a == CUBLASLT_MATMUL_DESC_TRANSA && lt_epilogue == CUBLASLT_MATMUL_DESC_EPILOGUE);
static_assert(lt_bias_pointer == CUBLASLT_MATMUL_DESC_BIAS_POINTER && lt_epilogue_bias == CUBLASLT_EPILOGUE_BIAS);
static_assert(lt_max_workspace_bytes == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
static_assert(sizeof(LtAlgorithm) == sizeof(cublasLtMatmulAlgo_t));
static_assert(sizeof(LtHeuristic) == sizeof(cublasLtMatmulHeuristicResult_t));
static_assert(offsetof(LtHeuristic, workspace_size) == offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize));
static_assert(offsetof(LtHeuristic, state) == offsetof(cublasLtMatmulHeuristicResult_t, state));
static_assert(same<decltype(cublasGetStatusString), GetStatusString>);
static_assert(same<decltype(cublasLtGetStatusString), GetStatusString>);
static_assert(same<decltype(cublasCreate_v2), Create> && same<decltype(cublasDestroy_v2), Destroy>);
static_assert(same<decltype(cublasSetMathMode), SetMathMode> && same<decltype(cublasSgemm_v2), Sgemm>);
static_assert(same<cublasStatus_t(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, const void*,
                                  const void*, cudaDataType, int, const void*, cudaDataType, int, const void*, void*,
                                  cudaDataType, int, cublasComputeType_t, cublasGemmAlgo_t),
                   GemmEx>);
static_assert(same<decltype(cublasLtCreate), LtCreate>);
static_assert(same<decltype(cublasLtDestroy), LtDestroy> && same<decltype(cublasLtMatmul), LtMatmul>);
static_assert(same<decltype(cublasLtMatmulDescCreate), LtOperationCreate>);
static_assert(same<decltype(cublasLtMatmulDescDestroy), LtOperationDestroy>);
static_assert(same<decltype(cublasLtMatmulDescSetAttribute), LtOperationSet>);
static_assert(same<decltype(cublasLtMatrixLayoutCreate), LtLayoutCreate>);
static_assert(same<decltype(cublasLtMatrixLayoutDestroy), LtLayoutDestroy>);
static_assert(same<decltype(cublasLtMatmulPreferenceCreate), LtPreferenceCreate>);
static_assert(same<decltype(cublasLtMatmulPreferenceDestroy), LtPreferenceDestroy>);
static_assert(same<decltype(cublasLtMatmulPreferenceSetAttribute), LtPreferenceSet>);
static_assert(same<decltype(cublasLtMatmulAlgoGetHeuristic), LtGetHeuristic>);
}  // namespace of_cublas

namespace of_cudnn {
using namespace abi::cudnn;  // NOLINT(google-build-using-namespace)
static_assert(success == CUDNN_STATUS_SUCCESS);
static_assert(incompatible_driver == CUDNN_STATUS_NOT_SUPPORTED_INCOMPATIBLE_CUDA_DRIVER);
static_assert(incompatible_runtime == CUDNN_STATUS_NOT_SUPPORTED_INCOMPATIBLE_CUDART);
static_assert(prerequisite_missing == CUDNN_STATUS_NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING);
static_assert(sublibrary_unavailable == CUDNN_STATUS_NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE);
static_assert(not_supported == CUDNN_STATUS_NOT_SUPPORTED && internal_error == CUDNN_STATUS_INTERNAL_ERROR);
static_assert(host_allocation_failed == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED);
static_assert(device_allocation_failed == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED);
static_assert(data_float == CUDNN_DATA_FLOAT && tensor_nchw == CUDNN_TENSOR_NCHW);
static_assert(cross_correlation == CUDNN_CROSS_CORRELATION && fma_math == CUDNN_FMA_MATH);
static_assert(implicit_precomp_gemm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM);
static_assert(same<decltype(cudnnGetErrorString), GetErrorString>);
static_assert(same<decltype(cudnnCreate), Create> && same<decltype(cudnnDestroy), Destroy>);
static_assert(same<decltype(cudnnCreateTensorDescriptor), CreateTensor>);
static_assert(same<decltype(cudnnDestroyTensorDescriptor), DestroyTensor>);
static_assert(same<decltype(cudnnSetTensor4dDescriptor), SetTensor4d>);
static_assert(same<decltype(cudnnCreateFilterDescriptor), CreateFilter>);
static_assert(same<decltype(cudnnDestroyFilterDescriptor), DestroyFilter>);
static_assert(same<decltype(cudnnSetFilter4dDescriptor), SetFilter4d>);
static_assert(same<decltype(cudnnCreateConvolutionDescriptor), CreateConvolution>);
static_assert(same<decltype(cudnnDestroyConvolutionDescriptor), DestroyConvolution>);
static_assert(same<decltype(cudnnSetConvolution2dDescriptor), SetConvolution2d>);
static_assert(same<decltype(cudnnSetConvolutionMathType), SetMathType>);
static_assert(same<decltype(cudnnGetConvolutionForwardWorkspaceSize), GetWorkspaceSize>);
static_assert(same<decltype(cudnnConvolutionForward), Forward>);
}  // namespace of_cudnn

TEST(Abi, IsThatOfTheToolkitWithWhichThisWasCompiled) {
  // What is declared by hand was compared while this file was compiled.
  EXPECT_EQ(CUDA_VERSION, 13000);
  EXPECT_EQ(CUDNN_MAJOR, 9);
}

}  // namespace
}  // namespace envguard::engine::cuda
