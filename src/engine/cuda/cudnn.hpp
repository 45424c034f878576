#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/cuda/gpu.hpp"

namespace envguard::engine::cuda {

/// x [n, c, h, w] with w [k, c, r, s], stride 1.
struct Convolution2d {
  int n = 0, c = 0, h = 0, w = 0;
  int k = 0, r = 0, s = 0;
  int padding = 0;
};

/// The convolution in float32 by cudnnConvolutionForward, algorithm IMPLICIT_PRECOMP_GEMM, which is deterministic, with
/// FMA alone. Tensors lie on the host, NCHW and contiguous. torch::Refusal with cuDNN's own words.
[[nodiscard]] std::vector<std::byte> conv2d(const Symbols& symbols, const Gpu& gpu, std::span<const std::byte> x,
                                            std::span<const std::byte> w, const Convolution2d& size);

}  // namespace envguard::engine::cuda
