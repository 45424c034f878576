#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

namespace {

/// a [m, k] @ b [k, n].
Unit gemm(const std::string& id, const Devices& devices, DType dtype, std::int64_t m, std::int64_t k, std::int64_t n,
          std::uint64_t seed) {
  return probe(id, "gemm", devices, {uniform("a", dtype, {m, k}, seed), uniform("b", dtype, {k, n}, seed + 1)},
               "mm(a, b)");
}

/// x [m, k] @ weight [n, k]^T + bias [n]: the epilogue of cuBLASLt.
Unit linear(const std::string& id, DType dtype, std::int64_t m, std::int64_t k, std::int64_t n, std::uint64_t seed) {
  return probe(id, "gemm", everywhere,
               {uniform("x", dtype, {m, k}, seed), uniform("weight", dtype, {n, k}, seed + 1),
                uniform("bias", dtype, {n}, seed + 2)},
               "linear(x, weight, bias)");
}

/// cuBLAS and cuBLASLt as the opened PyTorch has them, asked directly.
std::vector<Unit> library_units() {
  const Unit f32_product = gemm("blas.gemm_f32_257x1031x129", everywhere, f32, 257, 1031, 129, 2001);
  const Unit bf16_product = gemm("blas.gemm_bf16_257x1031x129", everywhere, bf16, 257, 1031, 129, 2013);
  const Unit f16_product = gemm("blas.gemm_f16_129x1031x65", everywhere, f16, 129, 1031, 65, 2017);
  const Unit bf16_linear = linear("blas.linear_bf16_257x1031x129", bf16, 257, 1031, 129, 2021);
  const std::string exact = "; accumulated in f32, reductions of lower precision disallowed";
  return {
      beneath("blas.cublas_sgemm_257x1031x129", f32_product, f32_product.inputs,
              "a @ b by cublasSgemm, CUBLAS_DEFAULT_MATH"),
      beneath("blas.cublas_sgemm_pedantic_257x1031x129", f32_product, f32_product.inputs,
              "a @ b by cublasSgemm, CUBLAS_PEDANTIC_MATH"),
      beneath("blas.cublas_gemm_ex_bf16_257x1031x129", bf16_product, bf16_product.inputs,
              "a @ b by cublasGemmEx" + exact),
      beneath("blas.cublas_gemm_ex_f16_129x1031x65", f16_product, f16_product.inputs, "a @ b by cublasGemmEx" + exact),
      beneath("blas.cublaslt_linear_bf16_257x1031x129", bf16_linear, bf16_linear.inputs,
              "x @ weight.t() + bias by cublasLtMatmul, epilogue BIAS, the first algorithm of its heuristic"),
      probe("blas.cublaslt_linear_f32_257x1031x129", "gemm", cuda,
            {uniform("x", f32, {257, 1031}, 2043), uniform("weight", f32, {129, 1031}, 2044),
             uniform("bias", f32, {129}, 2045)},
            "x @ weight.t() + bias by cublasLtMatmul, epilogue BIAS, the first algorithm of its heuristic"),
  };
}

/// What only a GPU has modes for.
std::vector<Unit> cuda_units() {
  return {
      with_flags(gemm("blas.gemm_f32_2048x2048x2048_tf32", cuda, f32, 2048, 2048, 2048, 2046), {{"tf32-cublas", true}}),
      // So deep that a workspace and reductions in bf16 are of use.
      as_is_alone(gemm("blas.gemm_bf16_128x16384x128", cuda, bf16, 128, 16384, 128, 2048)),
  };
}

std::vector<Unit> pytorch_blas_units() {
  return {
      gemm("blas.gemm_f32_257x1031x129", everywhere, f32, 257, 1031, 129, 2001),
      gemm("blas.gemm_f32_256x256x256", everywhere, f32, 256, 256, 256, 2003),
      gemm("blas.gemm_f32_32x8192x32", everywhere, f32, 32, 8192, 32, 2005),
      gemm("blas.gemm_f32_16x16x16", everywhere, f32, 16, 16, 16, 2007),
      gemm("blas.gemm_f32_2048x2048x2048", cuda, f32, 2048, 2048, 2048, 2009),
      gemm("blas.gemm_f64_257x1031x129", everywhere, f64, 257, 1031, 129, 2011),
      gemm("blas.gemm_bf16_257x1031x129", everywhere, bf16, 257, 1031, 129, 2013),
      // Three of its sums lie nearer to the middle of two bf16 numbers than f32 rounds them: another order shows.
      gemm("blas.gemm_bf16_32x16384x32_v2", everywhere, bf16, 32, 16384, 32, 2520),
      gemm("blas.gemm_f16_129x1031x65", everywhere, f16, 129, 1031, 65, 2017),
      linear("blas.linear_bf16_257x1031x129", bf16, 257, 1031, 129, 2021),
      linear("blas.linear_f16_129x1031x65", f16, 129, 1031, 65, 2024),
      probe("blas.mv_f32_1031x257", "gemm", everywhere,
            {uniform("a", f32, {1031, 257}, 2027), uniform("x", f32, {257}, 2028)}, "mv(a, x)"),
      // The same kernel off its alignment.
      probe("blas.mv_f32_1031x257_odd_offset", "gemm", everywhere,
            {uniform("a", f32, {1031 * 257 + 1}, 2029), uniform("x", f32, {257}, 2030)},
            "mv(a[1:].view(1031, 257), x)"),
      probe("blas.dot_f32_65537", "gemm", everywhere,
            {uniform("x", f32, {65537}, 2031), uniform("y", f32, {65537}, 2032)}, "dot(x, y)"),
      probe("blas.bmm_f32_8x65x257x33", "gemm", everywhere,
            {uniform("a", f32, {8, 65, 257}, 2033), uniform("b", f32, {8, 257, 33}, 2034)}, "bmm(a, b)"),
      // Differs from a where f32 is multiplied as TF32 or bf16.
      probe("blas.identity_f32_256", "control", everywhere,
            {uniform("a", f32, {256, 256}, 2035), {"i", f32, {256, 256}, Fill::identity, 2036, 0, 0}}, "mm(a, i)"),
      probe("blas.scaled_mm_e4m3_64x128x32", "gemm", cuda,
            {uniform("a", f32, {64, 128}, 2037), uniform("b", f32, {32, 128}, 2038),
             positive("scale_a", f32, {1}, 2039), positive("scale_b", f32, {1}, 2040)},
            "_scaled_mm(a.to(float8_e4m3fn), b.to(float8_e4m3fn).t(), scale_a, scale_b, out_dtype=bfloat16)"),
      probe("blas.grouped_mm_bf16_3x32x64x48", "gemm", cuda,
            {uniform("a", bf16, {3, 32, 64}, 2041), uniform("b", bf16, {3, 64, 48}, 2042)}, "_grouped_mm(a, b)"),
  };
}

}  // namespace

std::vector<Unit> blas_units() {
  std::vector<Unit> units;
  for (auto&& group : {library_units(), pytorch_blas_units(), cuda_units()}) {
    units.insert(units.end(), group.begin(), group.end());
  }
  return units;
}

}  // namespace envguard::recipe::table
