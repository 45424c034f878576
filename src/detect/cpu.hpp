#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/key.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// The CPU's key, from /proc/cpuinfo: its flags are cpuid's, less what firmware or kernel switched off (and so what no
/// library can use either), and no variable changes them.
[[nodiscard]] model::CpuKey cpu_key(const model::Machine& machine);

/// ("l1d", "32 KiB") … of the first core, from sysfs; levels in order. Empty where sysfs has none (some containers).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> caches(const model::Machine& machine);

}  // namespace envguard::detect
