#pragma once

#include <string>

#include "model/results.hpp"

namespace envguard::codec {

/// JSON of what `status` found, schema 1.
[[nodiscard]] std::string write_status(const model::Status& status);

}  // namespace envguard::codec
