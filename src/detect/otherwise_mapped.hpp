#pragma once

#include <vector>

#include "model/observed.hpp"

namespace envguard::detect {

/// Where the engine's own map (Run::libraries) contradicts what the dynamic linker had answered (Observed::libraries),
/// of PyTorch's and CUDA's libraries: the map is the truth, and what rested on the answer is not. Another build is an
/// error, the same build elsewhere a warning; a library that nobody had foreseen, from a folder of its own, a note.
[[nodiscard]] std::vector<model::Finding> otherwise_mapped(const std::vector<model::Library>& predicted,
                                                           const std::vector<model::Library>& mapped);

}  // namespace envguard::detect
