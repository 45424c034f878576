#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/probe.hpp"

namespace envguard::recipe {

struct ProfileSettings {
  std::vector<std::pair<std::string, std::string>> variables;  ///< set before exec: libraries read them at load
  /// Set by the engine after opening: name, "true" or "false"; an empty value leaves the flag and reads it.
  std::vector<std::pair<std::string, std::string>> flags;
  int threads = 1;  ///< 0: as PyTorch has them
};

[[nodiscard]] const ProfileSettings& settings(model::Profile profile);

/// Flags of PyTorch that an engine can set, by name: those of strict, and "matmul-precision" (highest, high, medium),
/// "flush-denormal", "mkldnn", "cudnn", "threads".
[[nodiscard]] std::vector<std::string> settable_flags();
/// What such a flag may be set to; of threads, which takes a count, nothing.
[[nodiscard]] std::vector<std::string> flag_values(std::string_view flag);

/// Whether the profile replaces what this knob chooses, so that it cannot have moved one of its probes.
[[nodiscard]] bool overridden(model::Profile profile, std::string_view knob);

}  // namespace envguard::recipe
