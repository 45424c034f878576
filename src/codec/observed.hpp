#pragma once

#include <string>

#include "model/observed.hpp"

namespace envguard::codec {

/// JSON of what `doctor` found, schema 1 (src/codec/schema/doctor.schema.json).
[[nodiscard]] std::string write_observed(const model::Observed& observed);

}  // namespace envguard::codec
