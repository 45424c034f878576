#pragma once

#include <filesystem>
#include <functional>

#include "engine/shared_library.hpp"
#include "model/run.hpp"

namespace envguard::engine::torch {

/// Opens the LibTorch of the plan's install as `import torch` does (torch/__init__.py, _load_global_deps):
/// libtorch_global_deps.so for all to see, then the plan's preloads in order, then libtorch.so with everything that it
/// needs. `announce` hears each library just before it is opened. On the CPU, where libtorch.so lacks a CUDA library,
/// libtorch_cpu.so alone is opened: it is what computes there; a library that is there and damaged is refused. Throws
/// CannotOpen.
[[nodiscard]] SharedLibrary open_libtorch(const model::Plan& plan,
                                          const std::function<void(const std::filesystem::path&)>& announce);

}  // namespace envguard::engine::torch
