#pragma once

#include <string>

#include "model/verdict.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// What `check` and the hook print. A match is one line a judgement; a blocked commit says what moved and the lowest
/// failing layer, which recorded difference it goes with, the command that undoes it and the command that accepts it.
[[nodiscard]] std::string verdict_text(const model::Verdict& verdict, const Style& style);

/// The same of a kept verdict, as `manifest::hit_line` completes it: the hook's fast path prints what `check` does.
[[nodiscard]] std::string kept_line(model::Verdict verdict);

}  // namespace envguard::report
