#pragma once

#include <string>

#include "model/observed.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// The table of `doctor`: the environment as found, where each value came from, and every contradiction.
[[nodiscard]] std::string doctor_text(const model::Observed& observed, const Style& style);

}  // namespace envguard::report
