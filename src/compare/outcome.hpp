#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// Who asks: a person, the git hook ([commit] of the policy), or CI ([ci]).
enum class Context { by_hand, commit, ci };

/// The exit code of an outcome by hand.
[[nodiscard]] base::ExitCode exit_code(model::Outcome outcome);

/// Whether a version, or another recorded value, differs beyond the policy.
[[nodiscard]] bool blocked_by_versions(const model::Judgement& judgement);

/// Whether a run differed from the lock, confirmed or not.
[[nodiscard]] bool saw_a_difference(const model::Judgement& judgement);

/// Weighs every moved probe by `fail-on` and [[allow]], then sets `exit_code` and `response` as the policy answers this
/// outcome in this context. What was found beside an outcome that the policy lets pass still counts. `today`: UTC day.
[[nodiscard]] model::Judgement settle(model::Judgement judgement, const model::Policy& policy, Context context,
                                      std::string_view today);

/// All judgements of one check in one verdict: exit code by base::first_of, outcome of the judgement that decided; GPU
/// first.
[[nodiscard]] model::Verdict combine(std::vector<model::Judgement> judgements, std::vector<model::Finding> findings);

/// The judgement that a failure amounts to, for a verdict that must speak of it (untrusted, no PyTorch, unreadable lock
/// …).
[[nodiscard]] model::Judgement judgement_of(const base::Error& error, std::string environment, std::string target);

}  // namespace envguard::compare
