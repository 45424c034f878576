#pragma once

#include "model/machine.hpp"

namespace envguard::cli {

/// This machine, as the process finds it: its environment, working directory, loader, and the programs installed beside
/// this one.
[[nodiscard]] model::Machine real_machine();

}  // namespace envguard::cli
