#pragma once

#include "model/verdict.hpp"
#include "report/page.hpp"

namespace envguard::report {

/// What one judgement of a verdict says, for people. `several`: others stand beside it, so it names its lock.
void put_match(Page& page, const model::Judgement& judgement, bool several);
/// One line: not judged, and the policy lets it pass without a word more.
void put_passed(Page& page, const model::Judgement& judgement, bool several);
/// What was found, why, and what to type.
void put_block(Page& page, const model::Judgement& judgement);

/// "train/h200"; empty for the only lock of an unnamed environment.
[[nodiscard]] std::string lock_name(const model::Judgement& judgement, bool several);

/// "torch 2.11.0+cu130 -> 2.15.0+cu132", "MKL_CBWR is AVX2 here and not set in the lock".
[[nodiscard]] std::string described(const model::Difference& difference);

}  // namespace envguard::report
