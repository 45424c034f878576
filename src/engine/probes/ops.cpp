// Layer 3: elementwise functions, reductions, indexing, Fourier transforms, attention.
#include <array>

#include "engine/probes/functional.hpp"
#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

constexpr auto none = std::nullopt;

void keep_of_x(Bench& bench, const char* function) {
  bench.keep(bench.torch().call(function, "", bench.input("x")));
}
void exp(Bench& bench) {
  keep_of_x(bench, "aten::exp");
}
void log(Bench& bench) {
  keep_of_x(bench, "aten::log");
}
void hyperbolic_tangent(Bench& bench) {
  bench.keep(tanh(bench.input("x")));
}
void gelu_exact(Bench& bench) {
  bench.keep(gelu(bench.input("x")));
}
void erf(Bench& bench) {
  keep_of_x(bench, "aten::erf");
}
void sin(Bench& bench) {
  keep_of_x(bench, "aten::sin");
}
void lgamma(Bench& bench) {
  keep_of_x(bench, "aten::lgamma");
}
void pow(Bench& bench) {
  bench.keep(bench.torch().call("aten::pow", "Tensor_Tensor", bench.input("x"), bench.input("y")));
}

void sum_all(Bench& bench) {
  bench.keep(sum(bench.input("x")));
}
void sum_rows(Bench& bench) {
  bench.keep(sum(bench.input("x"), {1}));
}
void var(Bench& bench) {
  bench.keep(bench.torch().call("aten::var", "dim", bench.input("x"), std::optional(Shape{1}), true, false));
}
void cumsum(Bench& bench) {
  bench.keep(bench.torch().call("aten::cumsum", "", bench.input("x"), 1, none));
}
void softmax(Bench& bench) {
  bench.keep(bench.torch().call("aten::softmax", "int", bench.input("x"), 1, none));
}
void layer_norm_rows(Bench& bench) {
  bench.keep(layer_norm(bench.input("x"), bench.input("weight"), bench.input("bias")));
}

void index_put(Bench& bench) {
  const std::vector<std::optional<Tensor>> indices{bench.input("index")};
  bench.keep(bench.torch().call("aten::index_put", "", bench.input("x"), indices, bench.input("values"), true));
}
void scatter_add(Bench& bench) {
  bench.keep(
      bench.torch().call("aten::scatter_add", "", bench.input("x"), 0, bench.input("index"), bench.input("values")));
}

void rfft(Bench& bench) {
  const Tensor spectrum = bench.torch().call("aten::fft_rfft", "", bench.input("x"), none, -1, none);
  bench.keep(bench.torch().call("aten::view_as_real", "", spectrum));
}

void keep_attention(Bench& bench, std::string_view backend) {
  const AttentionBackend alone(bench.torch(), backend);
  bench.keep(causal_attention(bench.input("q"), bench.input("k"), bench.input("v")));
}
void sdpa_math(Bench& bench) {
  keep_attention(bench, "math");
}
void sdpa_flash(Bench& bench) {
  keep_attention(bench, "flash");
}
void sdpa_efficient(Bench& bench) {
  keep_attention(bench, "efficient");
}
void sdpa_cudnn(Bench& bench) {
  keep_attention(bench, "cudnn");
}

void sdpa_default(Bench& bench) {
  const Tensor q = bench.input("q"), k = bench.input("k"), v = bench.input("v");
  for (const bool causal : {true, false}) {
    bench.keep(causal ? "causal" : "full", attention(q, k, v, causal), attention_choice(q, k, v, causal));
  }
}

constexpr std::array units{
    UnitCode{"ops.exp_f32", exp},
    UnitCode{"ops.log_f32", log},
    UnitCode{"ops.tanh_f32", hyperbolic_tangent},
    UnitCode{"ops.gelu_f32", gelu_exact},
    UnitCode{"ops.gelu_f64", gelu_exact},
    UnitCode{"ops.erf_f32", erf},
    UnitCode{"ops.sin_f32", sin},
    UnitCode{"ops.pow_f32", pow},
    UnitCode{"ops.lgamma_f32", lgamma},
    UnitCode{"ops.sum_f32", sum_all},
    UnitCode{"ops.sum_rows_f32", sum_rows},
    UnitCode{"ops.var_f64", var},
    UnitCode{"ops.cumsum_f64", cumsum},
    UnitCode{"ops.softmax_f32", softmax},
    UnitCode{"ops.layer_norm_f32", layer_norm_rows},
    UnitCode{"ops.index_put_f32", index_put},
    UnitCode{"ops.scatter_add_f32", scatter_add},
    UnitCode{"ops.rfft_f32_1000", rfft},
    UnitCode{"ops.rfft_f32_1024", rfft},
    UnitCode{"ops.rfft_f32_1021", rfft},
    UnitCode{"ops.sdpa_math_f32", sdpa_math},
    UnitCode{"ops.sdpa_flash_f32", sdpa_flash},
    UnitCode{"ops.sdpa_flash_bf16", sdpa_flash},
    UnitCode{"ops.sdpa_flash_f16", sdpa_flash},
    UnitCode{"ops.sdpa_efficient_f32", sdpa_efficient},
    UnitCode{"ops.sdpa_efficient_f16", sdpa_efficient},
    UnitCode{"ops.sdpa_cudnn_f16_v2", sdpa_cudnn},
    UnitCode{"ops.sdpa_cudnn_bf16_v2", sdpa_cudnn},
    UnitCode{"ops.sdpa_default_f16_d64_l128", sdpa_default},
    UnitCode{"ops.sdpa_default_f16_d64_l129", sdpa_default},
    UnitCode{"ops.sdpa_default_f16_d128_l128", sdpa_default},
    UnitCode{"ops.sdpa_default_f16_d128_l129", sdpa_default},
    UnitCode{"ops.sdpa_default_bf16_d64_l128", sdpa_default},
    UnitCode{"ops.sdpa_default_bf16_d64_l129", sdpa_default},
    UnitCode{"ops.sdpa_default_bf16_d128_l128", sdpa_default},
    UnitCode{"ops.sdpa_default_bf16_d128_l129", sdpa_default},
};

}  // namespace

std::span<const UnitCode> ops() {
  return units;
}

}  // namespace envguard::engine::probes
