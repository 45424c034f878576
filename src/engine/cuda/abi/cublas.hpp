#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// What the engine uses of libcublas and libcublasLt, declared by hand after CUDA 13.0's cublas_api.h, cublasLt.h and
/// library_types.h (the same in 12.x).
namespace envguard::engine::cuda::abi::cublas {

using Status = int;
struct HandleObject;

inline constexpr Status success = 0;
inline constexpr Status alloc_failed = 3;
inline constexpr Status arch_mismatch = 8;
inline constexpr Status not_supported = 15;

inline constexpr int operation_none = 0;
inline constexpr int operation_transposed = 1;
inline constexpr int default_math = 0;
inline constexpr int pedantic_math = 2;
inline constexpr int disallow_reduced_precision_reduction = 16;
inline constexpr int compute_32f = 68;
inline constexpr int gemm_default = -1;
inline constexpr int real_32f = 0;  // of cudaDataType_t
inline constexpr int real_16f = 2;
inline constexpr int real_16bf = 14;

using GetStatusString = const char*(Status status);
using Create = Status(HandleObject** handle);
using Destroy = Status(HandleObject* handle);
using SetMathMode = Status(HandleObject* handle, int mode);
using Sgemm = Status(HandleObject* handle, int transposed_a, int transposed_b, int m, int n, int k, const float* alpha,
                     const float* a, int lda, const float* b, int ldb, const float* beta, float* c, int ldc);
using GemmEx = Status(HandleObject* handle, int transposed_a, int transposed_b, int m, int n, int k, const void* alpha,
                      const void* a, int type_a, int lda, const void* b, int type_b, int ldb, const void* beta, void* c,
                      int type_c, int ldc, int compute_type, int algorithm);

struct LtHandleObject;
struct LtOperationObject;
struct LtLayoutObject;
struct LtPreferenceObject;

inline constexpr int lt_transposed_a = 3;  // of cublasLtMatmulDescAttributes_t
inline constexpr int lt_epilogue = 7;
inline constexpr int lt_bias_pointer = 8;
inline constexpr int lt_epilogue_bias = 4;
inline constexpr int lt_max_workspace_bytes = 1;  // of cublasLtMatmulPreferenceAttributes_t

struct LtAlgorithm {
  std::array<std::uint64_t, 8> data;
};
struct LtHeuristic {
  LtAlgorithm algorithm;
  std::size_t workspace_size;
  Status state;
  float waves;
  std::array<int, 4> reserved;
};

using LtCreate = Status(LtHandleObject** handle);
using LtDestroy = Status(LtHandleObject* handle);
using LtOperationCreate = Status(LtOperationObject** operation, int compute_type, int scale_type);
using LtOperationDestroy = Status(LtOperationObject* operation);
using LtOperationSet = Status(LtOperationObject* operation, int attribute, const void* value, std::size_t size);
using LtLayoutCreate = Status(LtLayoutObject** layout, int type, std::uint64_t rows, std::uint64_t columns,
                              std::int64_t leading);
using LtLayoutDestroy = Status(LtLayoutObject* layout);
using LtPreferenceCreate = Status(LtPreferenceObject** preference);
using LtPreferenceDestroy = Status(LtPreferenceObject* preference);
using LtPreferenceSet = Status(LtPreferenceObject* preference, int attribute, const void* value, std::size_t size);
using LtGetHeuristic = Status(LtHandleObject* handle, LtOperationObject* operation, LtLayoutObject* a,
                              LtLayoutObject* b, LtLayoutObject* c, LtLayoutObject* d, LtPreferenceObject* preference,
                              int wanted, LtHeuristic* results, int* found);
using LtMatmul = Status(LtHandleObject* handle, LtOperationObject* operation, const void* alpha, const void* a,
                        LtLayoutObject* layout_a, const void* b, LtLayoutObject* layout_b, const void* beta,
                        const void* c, LtLayoutObject* layout_c, void* d, LtLayoutObject* layout_d,
                        const LtAlgorithm* algorithm, void* workspace, std::size_t workspace_size, void* stream);

}  // namespace envguard::engine::cuda::abi::cublas
