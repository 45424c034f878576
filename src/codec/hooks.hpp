#pragma once

#include <string>

#include "model/hooks.hpp"

namespace envguard::codec {

/// JSON of git's hooks as envguard finds them, schema 1.
[[nodiscard]] std::string write_hooks(const model::HookReport& report);

}  // namespace envguard::codec
