// Layer 2: convolutions, forward and backward, normalizations, LSTM.
#include <array>

#include "engine/probes/functional.hpp"
#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

using torch::MemoryFormat;

/// y and the gradients of x and w that y.backward(g) gives.
template <class Forward>
void keep_both_ways(Bench& bench, Forward forward) {
  const Tensor x = bench.parameter("x");
  const Tensor w = bench.parameter("w");
  const Tensor y = forward(x, w);
  bench.keep("forward", y);
  backward(y, {x, w}, bench.input("g"));
  bench.keep("gradients", {gradient_of(x), gradient_of(w)});
}

void conv2d_3x3(Bench& bench) {
  keep_both_ways(bench, [](const Tensor& x, const Tensor& w) { return conv(x, w, {.padding = 1}); });
}
void conv2d_5x5_stride2(Bench& bench) {
  keep_both_ways(bench, [](const Tensor& x, const Tensor& w) { return conv(x, w, {.stride = 2, .padding = 2}); });
}
void conv2d_depthwise(Bench& bench) {
  keep_both_ways(bench,
                 [](const Tensor& x, const Tensor& w) { return conv(x, w, {.padding = 1, .groups = x.size(1)}); });
}
void transposed(Bench& bench) {
  keep_both_ways(bench, [](const Tensor& x, const Tensor& w) {
    return conv_transpose2d(x, w, {.stride = 2, .padding = 1, .output_padding = 1});
  });
}

void conv1d(Bench& bench) {
  bench.keep(conv(bench.input("x"), bench.input("w"), {.padding = 2}));
}
void conv3d(Bench& bench) {
  bench.keep(conv(bench.input("x"), bench.input("w"), {.padding = 1}));
}

void conv2d_channels_last(Bench& bench) {
  bench.keep(conv(contiguous(bench.input("x"), MemoryFormat::channels_last),
                  contiguous(bench.input("w"), MemoryFormat::channels_last), {.padding = 1}));
}

void group_norm_channels_last(Bench& bench) {
  const Tensor x = contiguous(bench.input("x"), MemoryFormat::channels_last);
  bench.keep(group_norm(x, 4, bench.input("weight"), bench.input("bias")));
}

void batch_norm_training(Bench& bench) {
  bench.keep(batch_norm(bench.input("x"), bench.input("weight"), bench.input("bias"), bench.input("running_mean"),
                        bench.input("running_var")));
}

void lstm(Bench& bench) {
  const TensorList state{bench.input("h"), bench.input("c")};
  const TensorList weights{bench.input("w_ih"), bench.input("w_hh"), bench.input("b_ih"), bench.input("b_hh")};
  constexpr bool has_biases = true, train = false, bidirectional = false, batch_first = false;
  constexpr int layers = 1;
  const auto [y, h, c] =
      bench.torch().call<std::array<Tensor, 3>>("aten::lstm", "input", bench.input("x"), state, weights, has_biases,
                                                layers, 0.0, train, bidirectional, batch_first);
  bench.keep(y);
}

constexpr std::array units{
    UnitCode{"dnn.conv2d_3x3", conv2d_3x3},
    UnitCode{"dnn.conv2d_5x5_stride2", conv2d_5x5_stride2},
    UnitCode{"dnn.conv2d_depthwise", conv2d_depthwise},
    UnitCode{"dnn.conv_transpose2d", transposed},
    UnitCode{"dnn.conv1d", conv1d},
    UnitCode{"dnn.conv3d_f32", conv3d},
    UnitCode{"dnn.conv3d_bf16", conv3d},
    UnitCode{"dnn.conv2d_channels_last", conv2d_channels_last},
    UnitCode{"dnn.group_norm_channels_last", group_norm_channels_last},
    UnitCode{"dnn.batch_norm", batch_norm_training},
    UnitCode{"dnn.lstm", lstm},
    UnitCode{"dnn.conv2d_3x3_c64", conv2d_3x3},
    UnitCode{"dnn.lstm_h128", lstm},
};

}  // namespace

std::span<const UnitCode> dnn() {
  return units;
}

}  // namespace envguard::engine::probes
