#pragma once

#include <string>

#include "model/results.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// What `lock` prints.
[[nodiscard]] std::string lock_text(const model::LockResult& result, const Style& style);

}  // namespace envguard::report
