#pragma once

#include <optional>
#include <string>

#include "model/machine.hpp"

namespace envguard::hook {

/// The hook's answer where it needs no measurement and no policy: an exit with 0 and what to say, perhaps nothing.
struct Pass {
  std::string line;  ///< without newline; empty: silent
};

/// Steps (1) to (3) of the hook: no policy in the index, or every environment's kept verdict is a match that still
/// holds. Nothing: `envguard hook run` must look itself. `machine.directory` is where git started the hook.
[[nodiscard]] std::optional<Pass> pass(const model::Machine& machine);

}  // namespace envguard::hook
