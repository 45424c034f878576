#pragma once

#include <string>

#include "model/verdict.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// A verdict in full, for a person who has never seen the tool: what was compared, what moved, how sure that is, why,
/// and what to do. Every term is explained where it is used.
[[nodiscard]] std::string explain_text(const model::Verdict& verdict, const Style& style);

}  // namespace envguard::report
