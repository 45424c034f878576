#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "model/gpu.hpp"
#include "model/machine.hpp"

namespace envguard::runner {

/// Asks driver and GPUs in a child, since a call into a broken driver can hang for ever. An engine that is missing,
/// hangs or crashes is Error could_not_measure; a machine without driver or GPU is an answer.
[[nodiscard]] model::Devices ask_devices(const std::filesystem::path& engine, const std::string& build,
                                         const std::string& nvml, const std::string& cuda,
                                         const model::EnvironmentMap& caller, std::chrono::milliseconds deadline);

}  // namespace envguard::runner
