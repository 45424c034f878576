#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/machine.hpp"
#include "model/run.hpp"

namespace envguard::process {

/// Variables that one side sets or, without a value, removes.
struct Layer {
  std::string origin;  ///< "profile strict", "device", "cache"
  std::vector<std::pair<std::string, std::optional<std::string>>> variables;
};

/// What a child gets, and where each variable is from.
struct Environment {
  model::EnvironmentMap variables;
  std::vector<model::Variable> origins;  ///< by name; of a removed variable too
};

/// The caller's environment with each layer laid over it in order; a later one wins.
[[nodiscard]] Environment merge(const model::EnvironmentMap& caller, const std::vector<Layer>& layers);

/// Whether git sets it for one repository (`git rev-parse --local-env-vars`, git 2.30 to 2.50), or it names or holds a
/// configuration of git's.
[[nodiscard]] bool is_git_local(std::string_view name);

/// The layer that takes git's local variables and ENVGUARD_* away from every child that is not git.
[[nodiscard]] Layer git_removal(const model::EnvironmentMap& environment);

/// What every child but git itself starts from.
[[nodiscard]] model::EnvironmentMap without_git(const model::EnvironmentMap& environment);

/// Variables that make a program open a library which watches it: the linker's audit, Intel's and NVIDIA's profilers,
/// OpenMP's tools. Nothing that envguard measures with inherits them. Sources: ld.so(8); ITT API (ittnotify_static.c)
/// and its JIT profiling API; NVTX 3 (nvtxInit.h); CUPTI's injection; OpenMP 5.0, 19.3.
[[nodiscard]] std::span<const std::string_view> observers();

/// LD_PRELOAD, LD_AUDIT and LD_LIBRARY_PATH without the entries that are relative or that lie in a git work tree, where
/// a library may be one that the repository brought along. For children that run before trust has been asked: git,
/// which is needed to ask, and a Python that is asked for its folders.
[[nodiscard]] model::EnvironmentMap without_repository_libraries(model::EnvironmentMap environment);

}  // namespace envguard::process
