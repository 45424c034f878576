#pragma once

#include <filesystem>
#include <vector>

#include "model/observed.hpp"

namespace envguard::runner {

/// The libraries that `import torch` of this version opens by absolute path before libtorch.so, in its order
/// (torch/__init__.py, _preload_cuda_deps). Only files that exist; empty for a PyTorch without CUDA and for a LibTorch
/// folder.
[[nodiscard]] std::vector<std::filesystem::path> preload(const model::Install& install);

}  // namespace envguard::runner
