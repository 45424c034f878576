#pragma once

#include <string>

#include "model/results.hpp"

namespace envguard::codec {

/// JSON of what `lock` found, schema 1.
[[nodiscard]] std::string write_lock_result(const model::LockResult& result);

}  // namespace envguard::codec
