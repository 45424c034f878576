#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

namespace {

/// 65,537 elements: many vectors, many blocks, and a tail of one.
constexpr std::int64_t many = 65537;

Unit elementwise(const std::string& name, const Input& input) {
  return probe("ops." + name + "_f32", "elementwise", everywhere, {input}, name + "(x)");
}

/// Query, key and value of two sequences, four heads of 64, 129 long; one attention backend allowed, the others off.
Unit attention(const std::string& backend, const Devices& devices, DType dtype, std::uint64_t seed,
               const std::string& version = "") {
  const Shape shape{2, 4, 129, 64};
  return probe("ops.sdpa_" + backend + "_" +
                   (dtype == f32   ? "f32"
                    : dtype == f16 ? "f16"
                                   : "bf16") +
                   version,
               "attention", devices,
               {uniform("q", dtype, shape, seed, 1), uniform("k", dtype, shape, seed + 1, 1),
                uniform("v", dtype, shape, seed + 2)},
               "scaled_dot_product_attention(q, k, v, is_causal=True), backend " + backend + " alone");
}

std::vector<Unit> elementwise_units() {
  return {
      elementwise("exp", uniform("x", f32, {many}, 5001, 3)),
      elementwise("log", positive("x", f32, {many}, 5002, 3)),
      elementwise("tanh", uniform("x", f32, {many}, 5003, 2)),
      probe("ops.gelu_f32", "elementwise", everywhere, {uniform("x", f32, {many}, 5004, 2)},
            "gelu(x, approximate='none')"),
      probe("ops.gelu_f64", "elementwise", everywhere, {uniform("x", f64, {4097}, 5005, 2)},
            "gelu(x, approximate='none')"),
      elementwise("erf", uniform("x", f32, {many}, 5006, 1)),
      elementwise("sin", uniform("x", f32, {many}, 5007, 4)),
      probe("ops.pow_f32", "elementwise", everywhere,
            {positive("x", f32, {many}, 5008, 2), uniform("y", f32, {many}, 5009, 2)}, "pow(x, y)"),
      elementwise("lgamma", positive("x", f32, {many}, 5010, 4)),
  };
}

std::vector<Unit> reduction_units() {
  return {
      probe("ops.sum_f32", "reduction", everywhere, {uniform("x", f32, {many}, 5011)}, "sum(x)"),
      probe("ops.sum_rows_f32", "reduction", everywhere, {uniform("x", f32, {129, 1031}, 5012)}, "sum(x, dim=1)"),
      // float64: the CPU kernels sum float32 in double, and the order of such a sum does not show.
      probe("ops.var_f64", "reduction", everywhere, {uniform("x", f64, {65, 1031}, 5013)},
            "var(x, dim=1, unbiased=True)"),
      probe("ops.cumsum_f64", "reduction", everywhere, {uniform("x", f64, {65, 257}, 5014)}, "cumsum(x, dim=1)"),
      probe("ops.softmax_f32", "softmax", everywhere, {uniform("x", f32, {65, 1031}, 5015, 3)}, "softmax(x, dim=1)"),
      probe(
          "ops.layer_norm_f32", "norm", everywhere,
          {uniform("x", f32, {65, 257}, 5016), uniform("weight", f32, {257}, 5017), uniform("bias", f32, {257}, 5018)},
          "layer_norm(x, [257], weight, bias, eps=1e-5)"),
  };
}

std::vector<Unit> indexing_units() {
  return {
      probe("ops.index_put_f32", "index", everywhere,
            {uniform("x", f32, {257, 33}, 5019), below("index", 257, {2049}, 5020),
             uniform("values", f32, {2049, 33}, 5021)},
            "index_put(x, [index], values, accumulate=True)"),
      probe("ops.scatter_add_f32", "index", everywhere,
            {uniform("x", f32, {257, 33}, 5022), below("index", 257, {2049, 33}, 5023),
             uniform("values", f32, {2049, 33}, 5024)},
            "scatter_add(x, 0, index, values)"),
  };
}

std::vector<Unit> transform_units() {
  std::vector<Unit> units;
  std::uint64_t seed = 5025;
  for (const std::int64_t length : {1000, 1024, 1021}) {
    units.push_back(probe("ops.rfft_f32_" + std::to_string(length), "fft", everywhere,
                          {uniform("x", f32, {8, length}, seed++)}, "view_as_real(fft.rfft(x))"));
  }
  return units;
}

/// Where deterministic algorithms are asked for, PyTorch leaves cuDNN's attention out because of its backward pass
/// (check_cudnn_deterministic, aten/src/ATen/native/transformers/cuda/sdp_utils.cpp); only the forward pass is kept.
Unit cudnn_attention(DType dtype, std::uint64_t seed) {
  return with_flags(attention("cudnn", cuda, dtype, seed, "_v2"), {{"deterministic-algorithms", false}});
}

std::vector<Unit> attention_units() {
  return {
      attention("math", everywhere, f32, 5031),
      attention("flash", cpu, f32, 5034),
      attention("flash", everywhere, bf16, 5037),
      attention("flash", cuda, f16, 5040),
      attention("efficient", cuda, f32, 5043),
      attention("efficient", cuda, f16, 5046),
      cudnn_attention(f16, 5049),
      cudnn_attention(bf16, 5052),
  };
}

/// Whichever backend PyTorch chooses by itself, which depends on all of these.
Unit default_attention(const std::string& name, DType dtype, std::int64_t length, std::int64_t head_dim,
                       std::uint64_t seed) {
  const Shape shape{1, 2, length, head_dim};
  Unit result = unit("ops.sdpa_default_" + name, "attention", everywhere,
                     {uniform("q", dtype, shape, seed, 1), uniform("k", dtype, shape, seed + 1, 1),
                      uniform("v", dtype, shape, seed + 2)},
                     {{"causal", "scaled_dot_product_attention(q, k, v, is_causal=True), the default backend"},
                      {"full", "scaled_dot_product_attention(q, k, v), the default backend"}});
  result.strict = false;
  result.as_is = true;
  return result;
}

std::vector<Unit> default_attention_units() {
  return {
      default_attention("f16_d64_l128", f16, 128, 64, 5055),
      default_attention("f16_d64_l129", f16, 129, 64, 5058),
      default_attention("f16_d128_l128", f16, 128, 128, 5061),
      default_attention("f16_d128_l129", f16, 129, 128, 5064),
      default_attention("bf16_d64_l128", bf16, 128, 64, 5067),
      default_attention("bf16_d64_l129", bf16, 129, 64, 5070),
      default_attention("bf16_d128_l128", bf16, 128, 128, 5073),
      default_attention("bf16_d128_l129", bf16, 129, 128, 5076),
  };
}

}  // namespace

std::vector<Unit> ops_units() {
  std::vector<Unit> units;
  for (auto&& group : {elementwise_units(), reduction_units(), indexing_units(), transform_units(), attention_units(),
                       default_attention_units()}) {
    units.insert(units.end(), group.begin(), group.end());
  }
  return units;
}

}  // namespace envguard::recipe::table
