#pragma once

#include <vector>

#include "engine/shared_library.hpp"
#include "model/observed.hpp"

namespace envguard::engine {

/// Versions as the libraries below an opened libtorch answer them, by the lock's names: cuda (its runtime), cublas,
/// cudnn, nccl. One that is not loaded is not in the list.
[[nodiscard]] std::vector<model::Component> loaded_versions(const SharedLibrary& libtorch);

/// libcudnn.so opens its parts late, by bare name: this makes it do so, so that the map shows which ones it took.
void load_cudnn_parts(const SharedLibrary& libtorch);

}  // namespace envguard::engine
