#include "engine/probes/optimizers.hpp"

namespace envguard::engine::probes {
namespace {

constexpr auto none = std::nullopt;

/// An optimizer writes to the parameters' values beside autograd.
TensorList detached(const TensorList& tensors) {
  TensorList result;
  for (const Tensor& tensor : tensors) result.push_back(detach(tensor));
  return result;
}

TensorList zeros_like(const TensorList& tensors) {
  TensorList result;
  for (const Tensor& tensor : tensors) result.push_back(zeros(tensor.torch(), tensor.sizes(), tensor.dtype()));
  return result;
}

}  // namespace

Sgd::Sgd(const TensorList& parameters, const Settings& settings)
    : parameters_(detached(parameters)), momentum_(zeros_like(parameters)), settings_(settings) {}

void Sgd::step(const TensorList& gradients) {
  constexpr double dampening = 0;
  constexpr bool nesterov = false, maximize = false;
  parameters_.front().torch().call<void>("aten::_fused_sgd_", "", parameters_, gradients, momentum_,
                                         settings_.weight_decay, settings_.momentum, settings_.learning_rate, dampening,
                                         nesterov, maximize, first_, none, none);
  first_ = false;
}

Adam::Adam(const TensorList& parameters, const Settings& settings)
    : parameters_(detached(parameters)),
      averages_(zeros_like(parameters)),
      squares_(zeros_like(parameters)),
      settings_(settings) {}

void Adam::step(const TensorList& gradients) {
  const Torch& torch = parameters_.front().torch();
  // The operator does not advance the steps, and at 0 the weights become NaN.
  ++steps_;
  const Tensor count = to_device(torch.host_tensor(std::as_bytes(std::span(&steps_, 1)), {}, torch::DType::float32));
  constexpr bool amsgrad = false, maximize = false;
  torch.call<void>(settings_.decoupled ? "aten::_fused_adamw_" : "aten::_fused_adam_", "", parameters_, gradients,
                   averages_, squares_, TensorList{}, TensorList(parameters_.size(), count), settings_.learning_rate,
                   0.9, 0.999, settings_.weight_decay, 1e-8, amsgrad, maximize, none, none);
}

}  // namespace envguard::engine::probes
