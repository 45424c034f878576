#pragma once

#include <string>

#include "model/results.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// The table of `status`.
[[nodiscard]] std::string status_text(const model::Status& status, const Style& style);

}  // namespace envguard::report
