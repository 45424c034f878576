#pragma once

#include <functional>
#include <string>

#include "model/gpu.hpp"

namespace envguard::engine::cuda {

/// What driver and GPUs answer, through NVML and libcuda opened by these paths or names. An absent library is an
/// answer. `tell` hears of every call that may hang, before it is made, with all that is known by then.
[[nodiscard]] model::Devices ask_devices(const std::string& nvml, const std::string& cuda,
                                         const std::function<void(const model::Devices&)>& tell);

}  // namespace envguard::engine::cuda
