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

/// The same plan with the flags and threads of another profile.
[[nodiscard]] model::Plan under(model::Profile profile, model::Plan plan);

/// One flag, or "threads", as this measurement alone has it. Error could_not_measure for a setting that no engine can
/// have: the value may come from a lock.
void set(model::Plan& plan, const std::string& setting, const std::string& value);

}  // namespace envguard::runner
