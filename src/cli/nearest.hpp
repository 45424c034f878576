#pragma once

#include "base/error.hpp"
#include "cli/call.hpp"
#include "cli/options.hpp"

namespace envguard::cli {

/// `check --nearest`: how far this machine is from the lock of the hardware nearest to it. Never a verdict: the answer
/// is not_judged. Error usage where a lock of this very hardware is there.
[[nodiscard]] base::ExitCode check_nearest(const CheckOptions& options, const Call& call);

}  // namespace envguard::cli
