#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/run.hpp"

namespace envguard::runner {

/// A plan under the profile's flags and one thread.
[[nodiscard]] model::Plan make_plan(const model::Install& install, model::Device device, model::Profile profile,
                                    const std::vector<std::string>& probes,
                                    const std::vector<std::filesystem::path>& preload);

}  // namespace envguard::runner
