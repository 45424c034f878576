#pragma once

#include <string>
#include <string_view>

#include "model/run.hpp"

namespace envguard::codec {

/// A whole Run as JSON, floats exact: read_run(write_run(run)) is the run, bit for bit.
[[nodiscard]] std::string write_run(const model::Run& run);

/// Error could_not_measure, naming the member.
[[nodiscard]] model::Run read_run(std::string_view text);

}  // namespace envguard::codec
