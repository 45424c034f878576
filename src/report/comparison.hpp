#pragma once

#include <string>

#include "model/comparison.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// Two sides: a table by layer, worst first. Three or more: a matrix of how many probes differ and in which class, then
/// the tables of the first side against each other one.
[[nodiscard]] std::string comparison_text(const model::Comparison& comparison, const Style& style);

}  // namespace envguard::report
