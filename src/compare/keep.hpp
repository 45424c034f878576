#pragma once

#include <string_view>

#include "model/verdict.hpp"

namespace envguard::compare {

/// Whether a verdict may be told again without measuring. Never: what wobbled, what could not be measured or judged,
/// and a search for the cause that was cut short.
[[nodiscard]] bool may_be_kept(const model::Verdict& verdict);

/// Whether it lets a probe of either profile pass by an [[allow]] that has ended on `today` (UTC).
[[nodiscard]] bool rests_on_an_ended_allowance(const model::Verdict& verdict, std::string_view today);

}  // namespace envguard::compare
