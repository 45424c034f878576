#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// What this PyTorch's own `__init__` opens before libtorch.so, in its order, by absolute path: what exists of it, as
/// torch/__init__.py `_load_global_deps` finds it. Empty for a LibTorch folder, which no Python opens.
[[nodiscard]] std::vector<std::filesystem::path> preloads(const model::Install& install);

/// What the dynamic linker answered about an install.
struct Listing {
  std::string opened;                     ///< "libtorch.so", or "libtorch_cpu.so" where the CUDA libraries are absent
  std::vector<model::Library> libraries;  ///< in load order; build ids read from the files
  std::vector<std::string> missing;       ///< sonames that libtorch.so needs and that are nowhere
  std::string failure;                    ///< why there is no answer; empty otherwise
  std::vector<std::string> through_library_path;  ///< names that LD_LIBRARY_PATH brought in, or moved elsewhere
};

/// Asks `machine.loader` what would load under the caller's environment (glibc's LD_TRACE_LOADED_OBJECTS, in a child
/// with a deadline): no code of the install runs. cuDNN's late sub-libraries are added as their run path finds them.
[[nodiscard]] Listing would_load(const model::Machine& machine, const model::Install& install);

}  // namespace envguard::detect
