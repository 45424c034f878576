#pragma once

#include <optional>
#include <string>

#include "model/machine.hpp"

namespace envguard::hook {

/// The one line to say where the user asked to skip this hook (ENVGUARD_SKIP=1, or `envguard` in SKIP as pre-commit has
/// it); nothing: not skipped. Only hooks ask this; CI does not know these variables.
[[nodiscard]] std::optional<std::string> skipped(const model::EnvironmentMap& environment);

/// Whether CI is set to anything but nothing, 0 or false: kept verdicts do not count there.
[[nodiscard]] bool in_ci(const model::EnvironmentMap& environment);

}  // namespace envguard::hook
