#pragma once

#include <string>

#include "model/results.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// What `fingerprint` prints: the id, and a hash a layer.
[[nodiscard]] std::string fingerprint_text(const model::Fingerprint& fingerprint, const Style& style);

}  // namespace envguard::report
