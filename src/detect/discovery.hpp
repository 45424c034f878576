#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/machine.hpp"
#include "model/observed.hpp"
#include "model/policy.hpp"

namespace envguard::detect {

/// Which PyTorch is meant.
struct Question {
  std::string torch;                                ///< --torch as typed, relative to the working directory; or empty
  const model::Environment* environment = nullptr;  ///< of the policy, where there is one
  std::filesystem::path top;                        ///< top of the repository, absolute; or empty
  /// The last folder, going up, in which a project's own environment is looked for: the top of the repository, outside
  /// of one what trust::highest_folder says. Empty: no folder is looked at.
  std::filesystem::path highest{};
};

/// The answer to a Question, and everything that was looked at on the way.
struct Discovery {
  std::optional<model::Install> install;
  model::FoundBy found_by = model::FoundBy::machine;
  std::vector<std::string> passed_over;  ///< "VIRTUAL_ENV=/x: no torch"
  std::vector<model::Sighting> sightings;
  std::vector<model::Finding> findings;
};

/// The first install that holds a torch, in this order: --torch; ENVGUARD_TORCH; `python` of the policy; the project's
/// own (UV_PROJECT_ENVIRONMENT, .venv beside the nearest uv.lock or pyproject.toml going up, .pixi/envs/<environment>,
/// poetry's); VIRTUAL_ENV unless a hook manager set it to its own; CONDA_PREFIX unless base; python3 on PATH (pyenv's
/// shims resolved); conda base; LIBTORCH, Torch_DIR; the system's LibTorch. A candidate without torch is noted and
/// passed over. Nothing is opened, and no interpreter is started unless nothing else answers. A project's environment
/// that is also the active one (VIRTUAL_ENV, CONDA_PREFIX) counts as named by the machine. Error usage where --torch
/// names no PyTorch, with what was looked for.
[[nodiscard]] Discovery find_install(const model::Machine& machine, const Question& question);

}  // namespace envguard::detect
