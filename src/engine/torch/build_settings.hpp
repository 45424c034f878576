#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envguard::engine::torch {

/// What at::show_config() (aten/src/ATen/Version.cpp) says of the build, for the lock's [build]: "blas", "mkl" and
/// "onednn" where they are named, and "show-config", a hash of the compiler and the build settings. What it says of the
/// machine is left out: the CPU capability in use, the CUDA and cuDNN that were loaded.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> build_settings(std::string_view show_config);

}  // namespace envguard::engine::torch
