#pragma once

#include <vector>

#include "engine/shared_library.hpp"
#include "model/observed.hpp"

namespace envguard::engine {

/// Versions as CUDA's libraries among the mapped ones answer them, by the lock's names: cuda (its runtime), cudnn,
/// nccl, cublas, nvrtc, cufft, curand, cusolver, cusparse, cusparselt, nvjitlink. None of it needs a GPU, and none is
/// opened for it: one that is not mapped is not in the list.
[[nodiscard]] std::vector<model::Component> loaded_versions(const std::vector<model::Library>& mapped);

/// libcudnn.so opens its parts late, by bare name: this makes it do so, so that the map shows which ones it took.
void load_cudnn_parts(const SharedLibrary& libtorch);

}  // namespace envguard::engine
