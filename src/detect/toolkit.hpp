#pragma once

#include <vector>

#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// CUDA toolkits: nvcc on PATH, CUDA_HOME, CUDA_PATH, /usr/local/cuda and /usr/local/cuda-*; each folder once, named by
/// every rule that leads to it. The version is nvcc's ("12.8.93"), read of its file and never asked of it, else of
/// version.json; empty where neither tells. The origin is the file.
[[nodiscard]] std::vector<model::Component> toolkits(const model::Machine& machine);

}  // namespace envguard::detect
