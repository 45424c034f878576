#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/torch/operators.hpp"

/// What the probes of the upper layers need of torch.nn.functional, with its names and defaults.
namespace envguard::engine::probes {

using torch::Shape;
using torch::Tensor;
using torch::Torch;

/// Stride, padding and groups of a convolution without bias; one number counts for every spatial dimension.
struct Convolution {
  std::int64_t stride = 1, padding = 0, output_padding = 0, groups = 1;
};
/// One, two or three spatial dimensions, as x has them.
[[nodiscard]] Tensor conv(const Tensor& x, const Tensor& weight, const Convolution& how);
[[nodiscard]] Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Convolution& how);
/// In training; the running statistics move by momentum 0.1.
[[nodiscard]] Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                                const Tensor& running_var);
[[nodiscard]] Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias);
/// Over the last dimension.
[[nodiscard]] Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias);
[[nodiscard]] Tensor avg_pool2d(const Tensor& x, std::int64_t size);
[[nodiscard]] Tensor relu(const Tensor& x);
[[nodiscard]] Tensor tanh(const Tensor& x);
[[nodiscard]] Tensor gelu(const Tensor& x);
[[nodiscard]] Tensor embedding(const Tensor& weight, const Tensor& indices);
[[nodiscard]] Tensor cross_entropy(const Tensor& x, const Tensor& target);
/// As torch.autocast has it on CUDA, where x is of a lower type: log_softmax in that type, which cross_entropy_loss
/// asks for by name, and nll_loss in float32 (aten/src/ATen/autocast_mode.h, native/LossNLL.cpp).
[[nodiscard]] Tensor autocast_cross_entropy(const Tensor& x, const Tensor& target);
[[nodiscard]] Tensor mse_loss(const Tensor& x, const Tensor& target);
/// Causal, without dropout, scaled by 1 / sqrt(head size).
[[nodiscard]] Tensor causal_attention(const Tensor& q, const Tensor& k, const Tensor& v);
[[nodiscard]] Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal);
/// The backend that `attention` would choose: "math", "flash", "efficient", "cudnn", "overrideable".
[[nodiscard]] std::string_view attention_choice(const Tensor& q, const Tensor& k, const Tensor& v, bool causal);

/// `.grad` of a leaf that a backward has reached; std::logic_error for any other.
[[nodiscard]] Tensor gradient_of(const Tensor& leaf);

/// While it lives, attention may use one backend alone: "math", "flash", "efficient" or "cudnn". Refusal where this
/// PyTorch has no switch for it.
class AttentionBackend {
 public:
  AttentionBackend(const Torch& torch, std::string_view name);
  ~AttentionBackend();
  AttentionBackend(const AttentionBackend&) = delete;
  AttentionBackend& operator=(const AttentionBackend&) = delete;

 private:
  const Torch& torch_;
  std::vector<std::pair<std::string_view, bool>> before_;
};

}  // namespace envguard::engine::probes
