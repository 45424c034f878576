// cuBLAS, cuBLASLt and cuDNN as PyTorch has them, called without it on the inputs of its probes.
#include <array>

#include "engine/cuda/cublas.hpp"
#include "engine/cuda/cudnn.hpp"
#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

using cuda::MathMode;
using cuda::Product;

int narrow(std::int64_t size) {
  return static_cast<int>(size);
}

/// Of a [m, k] and b [k, n].
Product size_of_product(const Bench& bench) {
  const Shape a = bench.unit().input("a").shape, b = bench.unit().input("b").shape;
  return {narrow(a[0]), narrow(a[1]), narrow(b[1])};
}

void sgemm(Bench& bench, MathMode mode) {
  const Product size = size_of_product(bench);
  const cuda::Gpu& gpu = bench.direct().gpu();
  const auto result = cuda::sgemm(bench.direct().libraries(), gpu, bench.host_bytes("a").bytes(),
                                  bench.host_bytes("b").bytes(), size, mode);
  bench.keep({}, result, DType::float32, {size.m, size.n});
}
void sgemm_standard(Bench& bench) {
  sgemm(bench, MathMode::standard);
}
void sgemm_pedantic(Bench& bench) {
  sgemm(bench, MathMode::pedantic);
}

void gemm_ex(Bench& bench) {
  const Product size = size_of_product(bench);
  const DType dtype = bench.unit().input("a").dtype;
  const cuda::Gpu& gpu = bench.direct().gpu();
  const auto result = cuda::gemm_ex(bench.direct().libraries(), gpu, bench.host_bytes("a").bytes(),
                                    bench.host_bytes("b").bytes(), size, dtype);
  bench.keep({}, result, dtype, {size.m, size.n});
}

void linear(Bench& bench) {
  const recipe::Input& x = bench.unit().input("x");
  const Product size{narrow(x.shape[0]), narrow(x.shape[1]), narrow(bench.unit().input("weight").shape[0])};
  const cuda::Gpu& gpu = bench.direct().gpu();
  const auto result =
      cuda::linear_with_bias(bench.direct().libraries(), gpu, bench.host_bytes("x").bytes(),
                             bench.host_bytes("weight").bytes(), bench.host_bytes("bias").bytes(), size, x.dtype);
  bench.keep({}, result, x.dtype, {size.m, size.n});
}

void conv2d_3x3(Bench& bench) {
  const Shape x = bench.unit().input("x").shape, w = bench.unit().input("w").shape;
  const cuda::Convolution2d size{.n = narrow(x[0]),
                                 .c = narrow(x[1]),
                                 .h = narrow(x[2]),
                                 .w = narrow(x[3]),
                                 .k = narrow(w[0]),
                                 .r = narrow(w[2]),
                                 .s = narrow(w[3]),
                                 .padding = 1};
  const cuda::Gpu& gpu = bench.direct().gpu();
  const auto result =
      cuda::conv2d(bench.direct().libraries(), gpu, bench.host_bytes("x").bytes(), bench.host_bytes("w").bytes(), size);
  bench.keep({}, result, DType::float32, {size.n, size.k, x[2], x[3]});
}

constexpr std::array units{
    UnitCode{"blas.cublas_sgemm_257x1031x129", sgemm_standard},
    UnitCode{"blas.cublas_sgemm_pedantic_257x1031x129", sgemm_pedantic},
    UnitCode{"blas.cublas_gemm_ex_bf16_257x1031x129", gemm_ex},
    UnitCode{"blas.cublas_gemm_ex_f16_129x1031x65", gemm_ex},
    UnitCode{"blas.cublaslt_linear_bf16_257x1031x129", linear},
    UnitCode{"blas.cublaslt_linear_f32_257x1031x129", linear},
    UnitCode{"dnn.cudnn_conv2d_3x3", conv2d_3x3},
};

}  // namespace

std::span<const UnitCode> libraries() {
  return units;
}

}  // namespace envguard::engine::probes
