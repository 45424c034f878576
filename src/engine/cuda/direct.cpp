#include "engine/cuda/direct.hpp"

namespace envguard::engine::cuda {

Direct::Direct(const torch::Torch& torch) : torch_(torch), libraries_(Symbols::as_bound_by(torch.library())) {}

const Gpu& Direct::gpu() {
  if (!torch_.on_cuda()) {
    throw torch::Refusal(torch::Refusal::Reason::unsupported, "it runs on an NVIDIA GPU alone");
  }
  if (!gpu_) gpu_.emplace("libcuda.so.1", torch_.place().index);
  return *gpu_;
}

Kernels& Direct::kernels() {
  if (!kernels_) kernels_.emplace(gpu(), torch_.library().path());
  return *kernels_;
}

}  // namespace envguard::engine::cuda
