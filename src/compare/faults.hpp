#pragma once

#include <string>

#include "model/run.hpp"

namespace envguard::compare {

/// What to do about a GPU that is busy.
inline constexpr const char* wait_or_elsewhere = "envguard check --wait 10m, or another GPU with --device cuda:N";

/// What to do about a run that is not whole.
[[nodiscard]] std::string next_step(model::Fault::Kind kind);

}  // namespace envguard::compare
