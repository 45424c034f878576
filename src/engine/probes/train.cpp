// Layer 4: short trainings, kept at the first forward, the first gradients, and after 1, 2, 4 … 32 steps.
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "engine/probes/functional.hpp"
#include "engine/probes/optimizers.hpp"
#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

constexpr unsigned steps = 32;

struct Forward {
  Tensor y, loss;
};

TensorList gradients_of(const TensorList& parameters) {
  TensorList gradients;
  for (const Tensor& parameter : parameters) gradients.push_back(gradient_of(parameter));
  return gradients;
}

/// What torch.autocast casts on CUDA (aten/src/ATen/autocast_mode.h): matrix products, convolutions and attention run
/// in the lower type, their weights and biases cast each time; without one nothing is cast.
struct Autocast {
  std::optional<DType> low;
  [[nodiscard]] Tensor operator()(const Tensor& tensor) const { return low ? to(tensor, *low) : tensor; }
  [[nodiscard]] Tensor back(const Tensor& tensor) const { return low ? to(tensor, DType::float32) : tensor; }
  [[nodiscard]] Tensor loss(const Tensor& y, const Tensor& target) const {
    return low ? autocast_cross_entropy(y, target) : cross_entropy(y, target);
  }
};

/// A power of two, so that scaling is exact where nothing underflows: what GradScaler is there for in float16.
constexpr float scale_of_loss = 1024;

Tensor scalar(const Torch& torch, float value) {
  return to_device(torch.host_tensor(std::as_bytes(std::span(&value, 1)), {}, DType::float32));
}

/// The first backward pass of the loss times `scale`, and the gradients divided by it again.
TensorList scaled_gradients(const Tensor& loss, const TensorList& parameters, float scale) {
  if (scale == 1) {
    backward(loss, parameters);
    return gradients_of(parameters);
  }
  backward(loss, parameters, scalar(loss.torch(), scale));
  TensorList gradients;
  for (const Tensor& gradient : gradients_of(parameters)) {
    gradients.push_back(mul(gradient, scalar(loss.torch(), 1 / scale)));
  }
  return gradients;
}

template <class Network, class Optimizer>
void train(Bench& bench, const Network& network, Optimizer optimizer, float scale = 1) {
  const TensorList parameters = network.parameters();
  for (unsigned step = 1; step <= steps; ++step) {
    const Forward forward = network.forward(step - 1);
    if (step == 1) bench.keep("forward", forward.y);
    const TensorList gradients = scaled_gradients(forward.loss, parameters, scale);
    if (step == 1) bench.keep("gradients", gradients);
    optimizer.step(gradients);
    for (const Tensor& gradient : gradients_of(parameters)) zero_(gradient);
    if (std::has_single_bit(step)) bench.keep(fmt::format("w{}", step), parameters);
  }
}

/// Weight and bias of one layer, as the recipe begins them.
struct Affine {
  Affine(const Bench& bench, const std::string& name)
      : weight(bench.parameter(name + ".weight")), bias(bench.parameter(name + ".bias")) {}
  Tensor weight, bias;
};

struct Linear : Affine {
  Linear(const Bench& bench, const std::string& name, const Autocast& how = {}) : Affine(bench, name), cast(how) {}
  [[nodiscard]] Tensor operator()(const Tensor& h) const { return linear(cast(h), cast(weight), cast(bias)); }
  Autocast cast;
};

struct LayerNorm : Affine {
  using Affine::Affine;
  [[nodiscard]] Tensor operator()(const Tensor& h) const { return layer_norm(h, weight, bias); }
};

struct BatchNorm : Affine {
  BatchNorm(const Bench& bench, const std::string& name)
      : Affine(bench, name),
        mean(zeros(bench.torch(), weight.sizes(), weight.dtype())),
        variance(ones(bench.torch(), weight.sizes(), weight.dtype())) {}
  [[nodiscard]] Tensor operator()(const Tensor& h) const { return batch_norm(h, weight, bias, mean, variance); }
  Tensor mean, variance;
};

struct Cnn {
  explicit Cnn(const Bench& bench, const Autocast& how = {})
      : cast(how),
        x(bench.input("x")),
        labels(bench.input("labels")),
        conv1(bench.parameter("conv1.weight")),
        norm1(bench, "norm1"),
        conv2(bench.parameter("conv2.weight")),
        norm2(bench, "norm2"),
        output(bench, "linear", how) {}

  [[nodiscard]] TensorList parameters() const {
    return {conv1, norm1.weight, norm1.bias, conv2, norm2.weight, norm2.bias, output.weight, output.bias};
  }

  [[nodiscard]] Forward forward(unsigned) const {
    Tensor h = relu(norm1(conv(cast(x), cast(conv1), {.padding = 1})));
    h = relu(norm2(conv(cast(h), cast(conv2), {.stride = 2, .padding = 1})));
    h = avg_pool2d(h, 2);
    Tensor y = output(reshape(h, {h.size(0), -1}));
    return {y, cast.loss(y, labels)};
  }

  Autocast cast;
  Tensor x, labels, conv1;
  BatchNorm norm1;
  Tensor conv2;
  BatchNorm norm2;
  Linear output;
};

struct Transformer {
  explicit Transformer(const Bench& bench, const Autocast& how = {})
      : cast(how),
        tokens(bench.input("tokens")),
        targets(bench.input("targets")),
        table(bench.parameter("embedding")),
        norm1(bench, "norm1"),
        qkv(bench, "qkv", how),
        projection(bench, "projection", how),
        norm2(bench, "norm2"),
        up(bench, "up", how),
        down(bench, "down", how),
        head(bench.parameter("head.weight")) {}

  [[nodiscard]] TensorList parameters() const {
    return {table,        norm1.weight, norm1.bias, qkv.weight, qkv.bias,    projection.weight, projection.bias,
            norm2.weight, norm2.bias,   up.weight,  up.bias,    down.weight, down.bias,         head};
  }

  [[nodiscard]] Tensor attention(const Tensor& h) const {
    const std::int64_t batch = h.size(0), length = h.size(1), width = h.size(2);
    constexpr std::int64_t heads = 4;
    const Tensor all = permute(reshape(qkv(h), {batch, length, 3, heads, width / heads}), {2, 0, 3, 1, 4});
    const Tensor mixed = causal_attention(select(all, 0, 0), select(all, 0, 1), select(all, 0, 2));
    return projection(reshape(transpose(mixed, 1, 2), {batch, length, width}));
  }

  [[nodiscard]] Forward forward(unsigned) const {
    Tensor h = embedding(table, tokens);
    h = plus(h, cast.back(attention(norm1(h))));
    h = plus(h, cast.back(down(gelu(up(norm2(h))))));
    Tensor y = reshape(linear(cast(h), cast(head)), {targets.size(0), head.size(0)});
    return {y, cast.loss(y, targets)};
  }

  Autocast cast;
  Tensor tokens, targets, table;
  LayerNorm norm1;
  Linear qkv, projection;
  LayerNorm norm2;
  Linear up, down;
  Tensor head;
};

/// A graph that is another one for another batch.
struct Dynamic {
  explicit Dynamic(const Bench& bench)
      : x(bench.input("x")),
        targets(bench.input("targets")),
        in(bench, "in"),
        hidden(bench, "hidden"),
        out(bench, "out") {}

  [[nodiscard]] TensorList parameters() const {
    return {in.weight, in.bias, hidden.weight, hidden.bias, out.weight, out.bias};
  }

  [[nodiscard]] static unsigned depth(const Tensor& batch) {
    const Torch& torch = batch.torch();
    const Tensor positive = torch.call("aten::gt", "Tensor", batch, zeros(torch, {}, batch.dtype()));
    return 1 + static_cast<unsigned>(to_host(sum(positive)).item()) % 4;
  }

  [[nodiscard]] Forward forward(unsigned step) const {
    const std::int64_t index = step % x.size(0);
    const Tensor batch = select(x, 0, index);
    Tensor h = tanh(in(batch));
    for (unsigned layer = depth(batch); layer > 0; --layer) h = tanh(hidden(h));
    Tensor y = out(h);
    return {y, mse_loss(y, select(targets, 0, index))};
  }

  Tensor x, targets;
  Linear in, hidden, out;
};

void train_with_sgd(Bench& bench, const Cnn& network, float scale = 1) {
  train(bench, network, Sgd(network.parameters(), {.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.0005}),
        scale);
}
void cnn_sgd(Bench& bench) {
  train_with_sgd(bench, Cnn(bench));
}
void cnn_sgd_bf16(Bench& bench) {
  train_with_sgd(bench, Cnn(bench, {DType::bfloat16}));
}
void cnn_sgd_f16(Bench& bench) {
  train_with_sgd(bench, Cnn(bench, {DType::float16}), scale_of_loss);
}

void cnn_adam(Bench& bench) {
  const Cnn network(bench);
  train(bench, network, Adam(network.parameters(), {.learning_rate = 0.001, .weight_decay = 0, .decoupled = false}));
}

void train_transformer(Bench& bench, const Autocast& cast) {
  const AttentionBackend alone(bench.torch(), "math");
  const Transformer network(bench, cast);
  train(bench, network, Adam(network.parameters(), {.learning_rate = 0.001, .weight_decay = 0.01, .decoupled = true}));
}

void transformer_adamw(Bench& bench) {
  train_transformer(bench, {});
}
void transformer_adamw_bf16(Bench& bench) {
  train_transformer(bench, {DType::bfloat16});
}

void dynamic_sgd(Bench& bench) {
  const Dynamic network(bench);
  train(bench, network, Sgd(network.parameters(), {.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0}));
}

constexpr std::array units{
    UnitCode{"train.cnn_sgd", cnn_sgd},
    UnitCode{"train.cnn_adam", cnn_adam},
    UnitCode{"train.transformer_adamw", transformer_adamw},
    UnitCode{"train.dynamic_sgd", dynamic_sgd},
    UnitCode{"train.cnn_sgd_tf32", cnn_sgd},
    UnitCode{"train.cnn_sgd_bf16", cnn_sgd_bf16},
    UnitCode{"train.cnn_sgd_f16", cnn_sgd_f16},
    UnitCode{"train.transformer_adamw_bf16", transformer_adamw_bf16},
};

}  // namespace

std::span<const UnitCode> train() {
  return units;
}

}  // namespace envguard::engine::probes
