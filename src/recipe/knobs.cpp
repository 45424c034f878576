#include "recipe/knobs.hpp"

#include <algorithm>
#include <array>

namespace envguard::recipe {

namespace {

constexpr std::array<std::string_view, 53> names{
    // cuBLAS, as PyTorch and as the library itself read it
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "NVIDIA_TF32_OVERRIDE", "TORCH_BLAS_PREFER_CUBLASLT",
    "TORCH_LINALG_PREFER_CUSOLVER", "DISABLE_ADDMM_CUDA_LT", "CUBLAS_WORKSPACE_CONFIG", "CUBLASLT_WORKSPACE_SIZE",
    "TORCH_CUBLASLT_UNIFIED_WORKSPACE", "CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_EMULATE_DOUBLE_PRECISION",
    "CUBLAS_EMULATION_STRATEGY", "CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT", "CUBLASLT_HEURISTICS_LUT_FILE",
    "CUBLASLT_DISABLE_CPU_INSTRUCTIONS_MASK",
    // cuDNN
    "TORCH_CUDNN_USE_HEURISTIC_MODE_B", "TORCH_CUDNN_SDPA_DEPRIORITIZED", "TORCH_CUDNN_SDPA_NESTED_TENSOR_ENABLED",
    "TORCH_CUDNN_SDPA_AVOID_RECOMPILE", "CUDNN_ERRATA_JSON_FILE", "CUDNN_USE_EX2_EMULATION", "CUDNN_RESCALE_THRESHOLD",
    "CUDNN_FRONTEND_ATTN_DP_WORKSPACE_LIMIT", "TORCH_CUDNN_V8_API_DISABLED",
    // PyTorch's choice of kernels
    "PYTORCH_TUNABLEOP_*", "TORCH_LINEAR_FLATTEN_3D", "TORCH_MKLDNN_MATMUL_MIN_DIM", "TORCH_MKLDNN_MATMUL_MIN_SIZE",
    // driver and allocator
    "CUDA_FORCE_PTX_JIT", "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
    "PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF",
    // code paths on the CPU
    "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE",
    "DNNL_DEFAULT_FPMATH_MODE", "ONEDNN_CPU_ISA_HINTS", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_THREADING_LAYER",
    "MKL_DYNAMIC", "MKL_NUM_STRIPES", "MKL_DISABLE_FAST_MM", "OPENBLAS_CORETYPE",
    // threads
    "OMP_NUM_THREADS", "OMP_DYNAMIC", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    // what the loader loads
    "GLIBC_TUNABLES", "LD_PRELOAD", "LD_LIBRARY_PATH"};

}  // namespace

std::span<const std::string_view> knobs() {
  return names;
}

bool is_knob(std::string_view variable) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return name.ends_with('*') ? variable.starts_with(name.substr(0, name.size() - 1)) : variable == name;
  });
}

bool chooses_device(std::string_view variable) {
  return variable == "CUDA_VISIBLE_DEVICES" || variable == "CUDA_DEVICE_ORDER";
}

}  // namespace envguard::recipe
