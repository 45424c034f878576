#pragma once

#include <cstdint>

#include "engine/torch/torch.hpp"

namespace envguard::engine::torch {

/// torch.manual_seed for the default generator of the device in use. In a new process it starts at a random seed. On
/// CUDA it exists only after the first CUDA tensor. Refusal where this PyTorch has no such member.
void manual_seed(const Torch& torch, std::uint64_t seed);

}  // namespace envguard::engine::torch
