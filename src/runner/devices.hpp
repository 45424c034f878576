#pragma once

#include "model/gpu.hpp"
#include "model/machine.hpp"
#include "process/child.hpp"

namespace envguard::runner {

/// Asks driver and GPUs in a child, since a call into a broken driver can hang for ever. A machine without driver or
/// GPU is an answer; so is a driver that leaves one question open for `machine.driver_deadline`, or that takes the
/// child down with it: the library is then `hung` or `crashed`, and what was told before is kept. Processes on the GPUs
/// have their names of `machine.proc`. Error could_not_measure: the engine is missing, of another build, or ends
/// without having asked.
[[nodiscard]] model::Devices ask_devices(const model::Machine& machine,
                                         const process::Kill& kill = process::kill_session);

}  // namespace envguard::runner
