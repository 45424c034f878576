#include "engine/probes/functional.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace envguard::engine::probes {
namespace {

constexpr auto none = std::nullopt;

constexpr std::array<std::string_view, 4> backend_flags{"sdp-math", "sdp-flash", "sdp-efficient", "sdp-cudnn"};

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Convolution& how) {
  constexpr std::array names{"aten::conv1d", "aten::conv2d", "aten::conv3d"};
  const std::size_t dimensions = x.sizes().size() - 2;
  const auto each = [dimensions](std::int64_t value) { return Shape(dimensions, value); };
  return x.torch().call(names.at(dimensions - 1), "", x, weight, none, each(how.stride), each(how.padding), each(1),
                        how.groups);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Convolution& how) {
  const auto each = [](std::int64_t value) { return Shape(2, value); };
  return x.torch().call("aten::conv_transpose2d", "input", x, weight, none, each(how.stride), each(how.padding),
                        each(how.output_padding), how.groups, each(1));
}

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var) {
  return x.torch().call("aten::batch_norm", "", x, std::optional(weight), std::optional(bias),
                        std::optional(running_mean), std::optional(running_var), true, 0.1, 1e-5, true);
}

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias) {
  return x.torch().call("aten::group_norm", "", x, groups, std::optional(weight), std::optional(bias), 1e-5, true);
}

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return x.torch().call("aten::layer_norm", "", x, weight.sizes(), std::optional(weight), std::optional(bias), 1e-5,
                        true);
}

Tensor avg_pool2d(const Tensor& x, std::int64_t size) {
  return x.torch().call("aten::avg_pool2d", "", x, Shape{size, size}, Shape{}, Shape{0, 0}, false, true, none);
}

Tensor relu(const Tensor& x) {
  return x.torch().call("aten::relu", "", x);
}
Tensor tanh(const Tensor& x) {
  return x.torch().call("aten::tanh", "", x);
}
Tensor gelu(const Tensor& x) {
  return x.torch().call("aten::gelu", "", x, "none");
}

Tensor embedding(const Tensor& weight, const Tensor& indices) {
  return weight.torch().call("aten::embedding", "", weight, indices, -1, false, false);
}

Tensor cross_entropy(const Tensor& x, const Tensor& target) {
  constexpr int mean = 1;
  constexpr int ignore_index = -100;
  return x.torch().call("aten::cross_entropy_loss", "", x, target, none, mean, ignore_index, 0.0);
}

Tensor autocast_cross_entropy(const Tensor& x, const Tensor& target) {
  constexpr int mean = 1;
  constexpr int ignore_index = -100;
  constexpr int classes = 1;
  const Tensor logarithms = x.torch().call("aten::log_softmax", "int", x, classes, std::optional(x.dtype()));
  return x.torch().call("aten::nll_loss_nd", "", to(logarithms, torch::DType::float32), target, none, mean,
                        ignore_index);
}

Tensor mse_loss(const Tensor& x, const Tensor& target) {
  constexpr int mean = 1;
  return x.torch().call("aten::mse_loss", "", x, target, mean);
}

Tensor causal_attention(const Tensor& q, const Tensor& k, const Tensor& v) {
  return attention(q, k, v, true);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal) {
  return q.torch().call("aten::scaled_dot_product_attention", "", q, k, v, none, 0.0, causal, none, false);
}

std::string_view attention_choice(const Tensor& q, const Tensor& k, const Tensor& v, bool causal) {
  // sdp::SDPBackend of aten/src/ATen/SDPBackend.h, from 0.
  constexpr std::array<std::string_view, 5> names{"math", "flash", "efficient", "cudnn", "overrideable"};
  const auto choice =
      q.torch().call<std::int64_t>("aten::_fused_sdp_choice", "", q, k, v, none, 0.0, causal, none, false);
  return choice >= 0 && choice < std::ssize(names) ? names[static_cast<std::size_t>(choice)] : "unknown";
}

Tensor gradient_of(const Tensor& leaf) {
  if (auto gradient = leaf.grad()) return *gradient;
  throw std::logic_error("no backward has reached this tensor");
}

AttentionBackend::AttentionBackend(const Torch& torch, std::string_view name) : torch_(torch) {
  const std::string wanted = "sdp-" + std::string(name);
  for (const std::string_view flag : backend_flags) {
    before_.emplace_back(flag, torch.context().get(flag).value_or(flag == "sdp-math"));
    if (!torch.context().set(flag, flag == wanted) && flag == wanted)
      throw torch::Refusal("this PyTorch has no switch for the attention backend " + std::string(name));
  }
}

AttentionBackend::~AttentionBackend() {
  for (const auto& [flag, value] : before_) (void)torch_.context().set(flag, value);
}

}  // namespace envguard::engine::probes
