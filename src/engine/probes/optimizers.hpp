#pragma once

#include "engine/torch/operators.hpp"

namespace envguard::engine::probes {

using torch::Tensor;
using torch::TensorList;
using torch::Torch;

/// torch.optim.SGD(parameters, fused=True).
class Sgd {
 public:
  struct Settings {
    double learning_rate, momentum, weight_decay;
  };
  Sgd(const TensorList& parameters, const Settings& settings);
  void step(const TensorList& gradients);

 private:
  TensorList parameters_, momentum_;
  Settings settings_;
  bool first_ = true;
};

/// torch.optim.Adam(parameters, fused=True); decoupled weight decay makes it AdamW. Betas 0.9 and 0.999, eps 1e-8.
class Adam {
 public:
  struct Settings {
    double learning_rate, weight_decay;
    bool decoupled;
  };
  Adam(const TensorList& parameters, const Settings& settings);
  void step(const TensorList& gradients);

 private:
  TensorList parameters_, averages_, squares_;
  Settings settings_;
  float steps_ = 0;
};

}  // namespace envguard::engine::probes
