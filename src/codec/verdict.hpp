#pragma once

#include <string>
#include <string_view>

#include "model/verdict.hpp"

namespace envguard::codec {

/// JSON of a Verdict, schema 1 (schema/verdict.schema.json): two spaces of indent, members in a fixed order, one
/// newline at the end.
[[nodiscard]] std::string write_verdict(const model::Verdict& verdict);
/// Reads it back, `exit_code` and all; unknown members are ignored. Error could_not_measure: not JSON, another schema,
/// wrong types.
[[nodiscard]] model::Verdict read_verdict(std::string_view text);

}  // namespace envguard::codec
