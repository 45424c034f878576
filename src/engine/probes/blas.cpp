// Layer 1: matrix products.
#include <array>

#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

constexpr auto none = std::nullopt;

void gemm(Bench& bench) {
  bench.keep(mm(bench.input("a"), bench.input("b")));
}
void biased(Bench& bench) {
  bench.keep(linear(bench.input("x"), bench.input("weight"), bench.input("bias")));
}
void matrix_vector(Bench& bench) {
  bench.keep(mv(bench.input("a"), bench.input("x")));
}
void dot_product(Bench& bench) {
  bench.keep(dot(bench.input("x"), bench.input("y")));
}
void batched(Bench& bench) {
  bench.keep(bmm(bench.input("a"), bench.input("b")));
}
void identity(Bench& bench) {
  bench.keep(mm(bench.input("a"), bench.input("i")));
}

void matrix_vector_odd_offset(Bench& bench) {
  const Tensor x = bench.input("x");
  const Tensor elements = bench.input("a");
  const std::int64_t columns = x.size(0);
  const Tensor a = view(slice(elements, 0, 1, elements.size(0)), {(elements.size(0) - 1) / columns, columns});
  bench.keep(mv(a, x));
}

void scaled_mm(Bench& bench) {
  const Torch& torch = bench.torch();
  const std::int64_t e4m3 = torch.number_of_e4m3();
  const auto eighth = [&](const Tensor& x) { return torch.call("aten::to", "dtype", x, e4m3, false, false, none); };
  bench.keep(torch.call("aten::_scaled_mm", "", eighth(bench.input("a")), t(eighth(bench.input("b"))),
                        bench.input("scale_a"), bench.input("scale_b"), none, none, std::optional(DType::bfloat16),
                        false));
}

void grouped_mm(Bench& bench) {
  bench.keep(bench.torch().call("aten::_grouped_mm", "", bench.input("a"), bench.input("b"), none, none, none));
}

constexpr std::array units{
    UnitCode{"blas.gemm_f32_257x1031x129", gemm},
    UnitCode{"blas.gemm_f32_256x256x256", gemm},
    UnitCode{"blas.gemm_f32_32x8192x32", gemm},
    UnitCode{"blas.gemm_f32_16x16x16", gemm},
    UnitCode{"blas.gemm_f32_2048x2048x2048", gemm},
    UnitCode{"blas.gemm_f32_2048x2048x2048_tf32", gemm},
    UnitCode{"blas.gemm_bf16_128x16384x128", gemm},
    UnitCode{"blas.gemm_f64_257x1031x129", gemm},
    UnitCode{"blas.gemm_bf16_257x1031x129", gemm},
    UnitCode{"blas.gemm_bf16_32x16384x32_v2", gemm},
    UnitCode{"blas.gemm_f16_129x1031x65", gemm},
    UnitCode{"blas.linear_bf16_257x1031x129", biased},
    UnitCode{"blas.linear_f16_129x1031x65", biased},
    UnitCode{"blas.mv_f32_1031x257", matrix_vector},
    UnitCode{"blas.mv_f32_1031x257_odd_offset", matrix_vector_odd_offset},
    UnitCode{"blas.dot_f32_65537", dot_product},
    UnitCode{"blas.bmm_f32_8x65x257x33", batched},
    UnitCode{"blas.identity_f32_256", identity},
    UnitCode{"blas.scaled_mm_e4m3_64x128x32", scaled_mm},
    UnitCode{"blas.grouped_mm_bf16_3x32x64x48", grouped_mm},
};

}  // namespace

std::span<const UnitCode> blas() {
  return units;
}

}  // namespace envguard::engine::probes
