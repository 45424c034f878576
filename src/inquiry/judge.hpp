#pragma once

#include "compare/lock.hpp"
#include "compare/next.hpp"
#include "inquiry/laboratory.hpp"

namespace envguard::inquiry {

/// Measures as often as compare::next asks, then says what it found. The judgement still has to be settled.
[[nodiscard]] model::Judgement judge(const model::Baseline& baseline, const model::Policy& policy,
                                     const model::Observed& observed, Laboratory& laboratory, bool against = false);

/// The same loop for `lock`. Errors as compare::next_for_lock.
[[nodiscard]] compare::LockCandidate candidate(const std::optional<model::Lock>& previous,
                                               const model::Observed& observed, const model::Policy& policy,
                                               const compare::LockQuestion& question, Laboratory& laboratory);

}  // namespace envguard::inquiry
