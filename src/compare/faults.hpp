#pragma once

#include <string>

#include "model/run.hpp"

namespace envguard::compare {

/// What to do about a run that is not whole.
[[nodiscard]] std::string next_step(model::Fault::Kind kind);

}  // namespace envguard::compare
