#pragma once

#include <optional>

#include "engine/cuda/gpu.hpp"
#include "engine/cuda/kernels.hpp"
#include "engine/cuda/symbols.hpp"
#include "engine/torch/torch.hpp"

namespace envguard::engine::cuda {

/// What probes that go around PyTorch work with: the GPU that PyTorch uses, our kernels, and CUDA's libraries as
/// PyTorch has them. The GPU is opened on first use. torch::Refusal unsupported where the plan's device is the CPU.
class Direct {
 public:
  explicit Direct(const torch::Torch& torch);

  [[nodiscard]] const Gpu& gpu();
  [[nodiscard]] Kernels& kernels();
  [[nodiscard]] const Symbols& libraries() const { return libraries_; }

 private:
  const torch::Torch& torch_;
  Symbols libraries_;
  std::optional<Gpu> gpu_;
  std::optional<Kernels> kernels_;
};

}  // namespace envguard::engine::cuda
