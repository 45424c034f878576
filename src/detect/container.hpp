#pragma once

#include "model/container.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// The container that this process runs in, by what each kind leaves behind: variables, files below /proc/self/root,
/// control groups and the table of mounts. A word in a path is no proof: the paths have the forms that the runtimes
/// give them.
[[nodiscard]] model::Container container(const model::Machine& machine);

}  // namespace envguard::detect
