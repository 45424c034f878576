#pragma once

#include <string>

#include "model/hooks.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// What `hook install`, `uninstall` and `status` print: a line a hook, and what its owner should know.
[[nodiscard]] std::string hooks_text(const model::HookReport& report, const Style& style);

}  // namespace envguard::report
