#pragma once

#include <vector>

#include "model/observed.hpp"

namespace envguard::engine {

/// The shared libraries of this process: name as it was requested, the file that /proc/self/maps shows, and the build
/// id in its ELF notes (empty where it has none). Without the program itself.
[[nodiscard]] std::vector<model::Library> mapped_libraries();

}  // namespace envguard::engine
