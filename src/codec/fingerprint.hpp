#pragma once

#include <string>

#include "model/results.hpp"

namespace envguard::codec {

/// JSON of what `fingerprint` found, schema 1.
[[nodiscard]] std::string write_fingerprint(const model::Fingerprint& fingerprint);

}  // namespace envguard::codec
