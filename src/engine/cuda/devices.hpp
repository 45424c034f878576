#pragma once

#include <string>

#include "codec/devices.hpp"

namespace envguard::engine::cuda {

/// What driver and GPUs answer, through NVML and libcuda opened by these paths or names. An absent library is an
/// answer.
[[nodiscard]] codec::Devices ask_devices(const std::string& nvml, const std::string& cuda);

}  // namespace envguard::engine::cuda
