#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

namespace {

constexpr auto gradients_of_x_and_w = "x.grad and w.grad of y.backward(g), flattened and concatenated";

/// cuDNN as the opened PyTorch has it, asked directly.
Unit library_unit(const Unit& above) {
  return beneath("dnn.cudnn_conv2d_3x3", above, {above.input("x"), above.input("w")},
                 "conv2d(x, w, padding=1) by cudnnConvolutionForward, IMPLICIT_PRECOMP_GEMM, CUDNN_FMA_MATH");
}

/// Wide enough for the tensor cores, which TF32 is for; in both profiles.
std::vector<Unit> wide_units() {
  std::vector<Unit> units{
      unit("dnn.conv2d_3x3_c64", "conv", cuda,
           {uniform("x", f32, {8, 64, 17, 17}, 4036), uniform("w", f32, {64, 64, 3, 3}, 4037),
            uniform("g", f32, {8, 64, 17, 17}, 4038)},
           {{"forward", "y = conv2d(x, w, padding=1)"}, {"gradients", gradients_of_x_and_w}}),
      probe("dnn.lstm_h128", "lstm", cuda,
            {uniform("x", f32, {11, 16, 64}, 4039), uniform("h", f32, {1, 16, 128}, 4040),
             uniform("c", f32, {1, 16, 128}, 4041), uniform("w_ih", f32, {512, 64}, 4042, -3),
             uniform("w_hh", f32, {512, 128}, 4043, -3), uniform("b_ih", f32, {512}, 4044, -3),
             uniform("b_hh", f32, {512}, 4045, -3)},
            "lstm(x, (h, c), [w_ih, w_hh, b_ih, b_hh]).y, one layer, sequence first"),
  };
  for (Unit& unit : units) unit.as_is = true;
  return units;
}

// Padding and stride stand in the operations; a convolution has no bias.
std::vector<Unit> pytorch_dnn_units() {
  return {
      unit("dnn.conv2d_3x3", "conv", everywhere,
           {uniform("x", f32, {4, 8, 17, 17}, 4001), uniform("w", f32, {12, 8, 3, 3}, 4002),
            uniform("g", f32, {4, 12, 17, 17}, 4003)},
           {{"forward", "y = conv2d(x, w, padding=1)"}, {"gradients", gradients_of_x_and_w}}),
      unit("dnn.conv2d_5x5_stride2", "conv", everywhere,
           {uniform("x", f32, {4, 6, 21, 21}, 4004), uniform("w", f32, {10, 6, 5, 5}, 4005),
            uniform("g", f32, {4, 10, 11, 11}, 4006)},
           {{"forward", "y = conv2d(x, w, stride=2, padding=2)"}, {"gradients", gradients_of_x_and_w}}),
      unit("dnn.conv2d_depthwise", "conv", everywhere,
           {uniform("x", f32, {4, 16, 15, 15}, 4007), uniform("w", f32, {16, 1, 3, 3}, 4008),
            uniform("g", f32, {4, 16, 15, 15}, 4009)},
           {{"forward", "y = conv2d(x, w, padding=1, groups=16)"}, {"gradients", gradients_of_x_and_w}}),
      unit("dnn.conv_transpose2d", "conv", everywhere,
           {uniform("x", f32, {4, 8, 9, 9}, 4010), uniform("w", f32, {8, 6, 3, 3}, 4011),
            uniform("g", f32, {4, 6, 18, 18}, 4012)},
           {{"forward", "y = conv_transpose2d(x, w, stride=2, padding=1, output_padding=1)"},
            {"gradients", gradients_of_x_and_w}}),
      probe("dnn.conv1d", "conv", everywhere,
            {uniform("x", f32, {4, 8, 129}, 4013), uniform("w", f32, {12, 8, 5}, 4014)}, "conv1d(x, w, padding=2)"),
      probe("dnn.conv3d_f32", "conv", everywhere,
            {uniform("x", f32, {2, 8, 7, 9, 9}, 4015), uniform("w", f32, {16, 8, 3, 3, 3}, 4016)},
            "conv3d(x, w, padding=1)"),
      // Silently wrong in cuDNN 9.8 to 9.10, pytorch#163539.
      probe("dnn.conv3d_bf16", "conv", everywhere,
            {uniform("x", bf16, {2, 16, 7, 9, 9}, 4017), uniform("w", bf16, {16, 16, 3, 3, 3}, 4018)},
            "conv3d(x, w, padding=1)"),
      probe("dnn.conv2d_channels_last", "conv", everywhere,
            {uniform("x", f32, {4, 8, 17, 17}, 4019), uniform("w", f32, {12, 8, 3, 3}, 4020)},
            "conv2d(x, w, padding=1), both contiguous in channels_last"),
      probe("dnn.group_norm_channels_last", "norm", everywhere,
            {uniform("x", f32, {4, 16, 13, 13}, 4021), uniform("weight", f32, {16}, 4022),
             uniform("bias", f32, {16}, 4023)},
            "group_norm(x, 4 groups, weight, bias, eps=1e-5), x contiguous in channels_last"),
      probe("dnn.batch_norm", "norm", everywhere,
            {uniform("x", f32, {8, 12, 9, 9}, 4024), positive("weight", f32, {12}, 4025),
             uniform("bias", f32, {12}, 4026), uniform("running_mean", f32, {12}, 4027),
             positive("running_var", f32, {12}, 4028)},
            "batch_norm(x, weight, bias, running_mean, running_var, training=True, momentum=0.1, eps=1e-5)"),
      probe("dnn.lstm", "lstm", everywhere,
            {uniform("x", f32, {11, 4, 24}, 4029), uniform("h", f32, {1, 4, 16}, 4030),
             uniform("c", f32, {1, 4, 16}, 4031), uniform("w_ih", f32, {64, 24}, 4032, -2),
             uniform("w_hh", f32, {64, 16}, 4033, -2), uniform("b_ih", f32, {64}, 4034, -2),
             uniform("b_hh", f32, {64}, 4035, -2)},
            "lstm(x, (h, c), [w_ih, w_hh, b_ih, b_hh]).y, one layer, sequence first"),
  };
}

}  // namespace

std::vector<Unit> dnn_units() {
  std::vector<Unit> units = pytorch_dnn_units();
  units.insert(units.begin(), library_unit(units.front()));
  const std::vector<Unit> wide = wide_units();
  units.insert(units.end(), wide.begin(), wide.end());
  return units;
}

}  // namespace envguard::recipe::table
