#pragma once

#include <string>

#include "model/comparison.hpp"

namespace envguard::codec {

/// schema/comparison.schema.json
[[nodiscard]] std::string write_comparison(const model::Comparison& comparison);

}  // namespace envguard::codec
