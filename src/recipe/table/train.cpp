#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

namespace {

/// What is kept of every training; w8 is all weights after 8 steps.
Unit training(std::string id, const Devices& devices, std::vector<Input> inputs, const std::string& network,
              const std::string& weights, const std::string& optimizer) {
  const std::string kept = weights + ", flattened and concatenated";
  const std::string steps = network + "; " + optimizer + "; the weights after step ";
  return unit(std::move(id), "train", devices, std::move(inputs),
              {{"forward", network + "; y of the first step"},
               {"gradients", network + "; the first gradients of " + kept},
               {"w1", steps + "1: " + kept},
               {"w2", steps + "2: " + kept},
               {"w4", steps + "4: " + kept},
               {"w8", steps + "8: " + kept},
               {"w16", steps + "16: " + kept},
               {"w32", steps + "32: " + kept}});
}

/// Sixteen pictures of 3 x 12 x 12 in ten classes. No convolution has a bias: before BatchNorm its true gradient is
/// zero, and Adam would turn its noise into steps of the full learning rate.
Unit cnn(const std::string& id, const Devices& devices, std::uint64_t seed, const std::string& optimizer,
         const std::string& casts = {}) {
  return training(
      id, devices,
      {uniform("x", f32, {16, 3, 12, 12}, seed), below("labels", 10, {16}, seed + 1),
       uniform("conv1.weight", f32, {8, 3, 3, 3}, seed + 2, -2), positive("norm1.weight", f32, {8}, seed + 3),
       uniform("norm1.bias", f32, {8}, seed + 4, -3), uniform("conv2.weight", f32, {16, 8, 3, 3}, seed + 5, -3),
       positive("norm2.weight", f32, {16}, seed + 6), uniform("norm2.bias", f32, {16}, seed + 7, -3),
       uniform("linear.weight", f32, {10, 144}, seed + 8, -3), uniform("linear.bias", f32, {10}, seed + 9, -3)},
      std::string(
          "relu(batch_norm(conv2d(x, padding=1))), relu(batch_norm(conv2d(., stride=2, padding=1))), avg_pool2d(2), "
          "y = linear(.); batch_norm in training, momentum 0.1, eps 1e-5, running mean 0 and variance 1; "
          "loss = cross_entropy(y, labels)") +
          casts,
      "conv1.weight, norm1.weight, norm1.bias, conv2.weight, norm2.weight, norm2.bias, linear.weight, linear.bias",
      optimizer);
}

/// One block of width 32 with four heads over four sequences of 16 tokens out of 32.
Unit transformer(const std::string& id, const Devices& devices, std::uint64_t seed, const std::string& casts = {}) {
  return training(
      id, devices,
      {below("tokens", 32, {4, 16}, seed), below("targets", 32, {64}, seed + 1),
       uniform("embedding", f32, {32, 32}, seed + 2), positive("norm1.weight", f32, {32}, seed + 3),
       uniform("norm1.bias", f32, {32}, seed + 4, -3), uniform("qkv.weight", f32, {96, 32}, seed + 5, -2),
       uniform("qkv.bias", f32, {96}, seed + 6, -3), uniform("projection.weight", f32, {32, 32}, seed + 7, -2),
       uniform("projection.bias", f32, {32}, seed + 8, -3), positive("norm2.weight", f32, {32}, seed + 9),
       uniform("norm2.bias", f32, {32}, seed + 10, -3), uniform("up.weight", f32, {64, 32}, seed + 11, -2),
       uniform("up.bias", f32, {64}, seed + 12, -3), uniform("down.weight", f32, {32, 64}, seed + 13, -3),
       uniform("down.bias", f32, {32}, seed + 14, -3), uniform("head.weight", f32, {32, 32}, seed + 15, -2)},
      std::string(
          "h = embedding(tokens); q, k, v of linear(layer_norm(h)) in four heads of 8, scaled_dot_product_attention "
          "causal, "
          "backend math alone; h = stack([h, linear(.)]).sum(0); h = stack([h, "
          "linear(gelu(linear(layer_norm(h))))]).sum(0); "
          "y = linear(h) without bias; layer_norm eps 1e-5; loss = cross_entropy(y, targets)") +
          casts,
      "embedding, norm1.weight, norm1.bias, qkv.weight, qkv.bias, projection.weight, projection.bias, norm2.weight, "
      "norm2.bias, up.weight, up.bias, down.weight, down.bias, head.weight",
      "AdamW fused, lr 0.001, betas 0.9 and 0.999, eps 1e-8, weight decay 0.01");
}

/// The graph of a step follows from its batch: as many hidden layers, 1 to 4, as the signs of its elements say.
Unit dynamic() {
  return training("train.dynamic_sgd", everywhere,
                  {uniform("x", f32, {8, 16, 8}, 6201), uniform("targets", f32, {8, 16, 4}, 6202),
                   uniform("in.weight", f32, {16, 8}, 6203), uniform("in.bias", f32, {16}, 6204),
                   uniform("hidden.weight", f32, {16, 16}, 6205, -1), uniform("hidden.bias", f32, {16}, 6206, -1),
                   uniform("out.weight", f32, {4, 16}, 6207, -1), uniform("out.bias", f32, {4}, 6208, -1)},
                  "x and targets of step s are batch s % 8; h = tanh(linear(x)); 1 + (x > 0).sum() % 4 times h = "
                  "tanh(linear(h)) with "
                  "the hidden weights; y = linear(h); loss = mse_loss(y, targets)",
                  "in.weight, in.bias, hidden.weight, hidden.bias, out.weight, out.bias",
                  "SGD fused, lr 0.05, momentum 0.9");
}

/// What torch.autocast casts on CUDA (aten/src/ATen/autocast_mode.h); the weights stay in f32.
std::string autocast(const std::string& low) {
  return "; as under autocast to " + low + ": conv2d, linear and attention with inputs, weights and biases cast to " +
         low + ", layer_norm and nll_loss in float32, everything else in the type that it is given";
}

Unit under_autocast(Unit unit, DType low) {
  unit.computes_in = low;
  return unit;
}

constexpr auto cnn_sgd = "SGD fused, lr 0.05, momentum 0.9, weight decay 0.0005";

/// In the types that GPUs train in.
std::vector<Unit> mixed_units() {
  return {
      with_flags(cnn("train.cnn_sgd_tf32", cuda, 6301, cnn_sgd), {{"tf32-cublas", true}, {"tf32-cudnn", true}}),
      under_autocast(cnn("train.cnn_sgd_bf16", cuda, 6321, cnn_sgd, autocast("bfloat16")), bf16),
      under_autocast(cnn("train.cnn_sgd_f16", cuda, 6341, cnn_sgd,
                         autocast("float16") + "; the loss times 1024, the gradients divided by it"),
                     f16),
      under_autocast(transformer("train.transformer_adamw_bf16", cuda, 6401, autocast("bfloat16")), bf16),
  };
}

}  // namespace

std::vector<Unit> train_units() {
  std::vector<Unit> units{
      cnn("train.cnn_sgd", everywhere, 6001, cnn_sgd),
      cnn("train.cnn_adam", everywhere, 6021, "Adam fused, lr 0.001, betas 0.9 and 0.999, eps 1e-8"),
      transformer("train.transformer_adamw", everywhere, 6101),
      dynamic(),
  };
  const std::vector<Unit> mixed = mixed_units();
  units.insert(units.end(), mixed.begin(), mixed.end());
  return units;
}

}  // namespace envguard::recipe::table
