#pragma once

#include "detect/facts.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// The NVIDIA kernel driver's version: /sys/module/nvidia/version, then /proc/driver/nvidia/version. No library is
/// opened.
[[nodiscard]] Facts driver(const model::Machine& machine);

}  // namespace envguard::detect
