#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/cuda/gpu.hpp"
#include "recipe/dtype.hpp"

/// cuBLAS and cuBLASLt called directly. Matrices lie on the host, contiguous and row-major; results too. Every call
/// throws torch::Refusal with the library's own words.
namespace envguard::engine::cuda {

/// [m, k] times [k, n].
struct Product {
  int m = 0, k = 0, n = 0;
};

/// Of cublasSetMathMode.
enum class MathMode { standard, pedantic };

using Bytes = std::span<const std::byte>;

/// a [m, k] @ b [k, n] in float32 by cublasSgemm.
[[nodiscard]] std::vector<std::byte> sgemm(const Symbols& symbols, const Gpu& gpu, Bytes a, Bytes b,
                                           const Product& size, MathMode mode);

/// The same in float16 or bfloat16 by cublasGemmEx, accumulated in float32 throughout.
[[nodiscard]] std::vector<std::byte> gemm_ex(const Symbols& symbols, const Gpu& gpu, Bytes a, Bytes b,
                                             const Product& size, recipe::DType dtype);

/// x [m, k] @ weight [n, k]^T + bias [n] in float32 or bfloat16 by cublasLtMatmul with the bias as its epilogue and the
/// first algorithm that its heuristic names, with at most 4 MiB of workspace.
[[nodiscard]] std::vector<std::byte> linear_with_bias(const Symbols& symbols, const Gpu& gpu, Bytes x, Bytes weight,
                                                      Bytes bias, const Product& size, recipe::DType dtype);

}  // namespace envguard::engine::cuda
