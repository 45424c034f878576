#pragma once

#include <string>
#include <vector>

#include "detect/discovery.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// Everything known about this machine and `discovery`'s install without opening a library in this process. With
/// `ask_linker` the dynamic linker is asked, in a child that runs no code of the install, what would load; without it
/// versions come from the install's own metadata alone. `also` names further distributions, as the policy does. `gpu`
/// is left to the engine.
[[nodiscard]] model::Observed observe(const model::Machine& machine, Discovery discovery, bool ask_linker,
                                      const std::vector<std::string>& also = {});

}  // namespace envguard::detect
