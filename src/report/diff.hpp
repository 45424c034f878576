#pragma once

#include <string>
#include <vector>

#include "model/results.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// What `diff` prints, as a reviewer reads it: per lock the versions, knobs and probes that moved by layer.
[[nodiscard]] std::string diff_text(const std::vector<model::LockDiff>& diffs, const Style& style);

}  // namespace envguard::report
