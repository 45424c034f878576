#pragma once

#include <string>
#include <vector>

#include "model/results.hpp"

namespace envguard::codec {

/// JSON of what `diff` found, schema 1.
[[nodiscard]] std::string write_diff(const std::vector<model::LockDiff>& diffs);

}  // namespace envguard::codec
