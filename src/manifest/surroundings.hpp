#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/machine.hpp"

namespace envguard::manifest {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// The value of a line that the driver does not know while a card sleeps: it is no other than any value.
inline constexpr std::string_view not_told = "?";

/// What a result may rest on beside files, cheap enough to be read at each commit: this envguard and the working folder
/// (what is relative is relative to it), kernel release, boot id, NVIDIA driver (version, parameters, cards), CPU
/// model, stepping, microcode and instruction sets. A line that does not exist here is left out.
[[nodiscard]] NamedValues machine_lines(const model::Machine& machine);

/// What this process may do, which the engine inherits: the CPUs on which it may run, whether memory may be made
/// executable (systemd's MemoryDenyWriteExecute denies it, and with it generated code), seccomp, security label,
/// personality, limits of memory.
[[nodiscard]] NamedValues process_lines(const model::Machine& machine);

/// Stands for the value of a variable that was asked for and is not set.
inline constexpr std::string_view not_set = "not set";

/// The variables that a result may rest on, by name. First, those in `asked`: names that PyTorch and its libraries were
/// seen to ask for, or that a kept result rested on; set or not. Second, what nobody can be seen to ask for, where set:
/// what discovery and the loader read (PATH, HOME, VIRTUAL_ENV, LD_*, MALLOC_* …), and families of names (OMP_, MKL_,
/// CUDA_ …) for libraries that read the environment without asking. Values are hashed: they may be private. git's own
/// folder, which git puts before PATH in a hook, does not count.
[[nodiscard]] NamedValues variable_lines(const model::EnvironmentMap& environment,
                                         const std::vector<std::string>& asked = {});

/// The folders of LD_LIBRARY_PATH and those of their hardware levels: another file in one of them may load first.
[[nodiscard]] std::vector<std::filesystem::path> library_folders(const model::Machine& machine);

/// $XDG_CACHE_HOME/envguard, ~/.cache/envguard; empty where neither is known. One that lies in the repository in which
/// `directory` lies does not count: verdicts, and kernels for the GPU, could be tracked files. This is
/// model::Machine::cache.
[[nodiscard]] std::filesystem::path cache_folder(const model::EnvironmentMap& environment,
                                                 const std::filesystem::path& directory);

}  // namespace envguard::manifest
