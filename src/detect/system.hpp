#pragma once

#include "detect/facts.hpp"
#include "detect/search.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// glibc, from the text that the dynamic linker's file holds of its own version.
[[nodiscard]] Facts glibc(const model::Machine& machine);

/// The kernel's release.
[[nodiscard]] Facts kernel(const model::Machine& machine);

}  // namespace envguard::detect
