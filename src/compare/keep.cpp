#include "compare/keep.hpp"

#include <algorithm>

namespace envguard::compare {

namespace {

using model::Judgement;
using model::Numerics;
using model::Outcome;

template <typename Holds>
bool any_profile(const Judgement& judgement, Holds holds) {
  return holds(static_cast<const Numerics&>(judgement)) || (judgement.as_is && holds(*judgement.as_is));
}

bool was_judged(Outcome outcome) {
  return outcome == Outcome::match || outcome == Outcome::version_drift || outcome == Outcome::numeric_drift;
}

bool is_unfinished(const Numerics& numerics) {
  return !numerics.unstable.empty() || !numerics.transient.empty() || (numerics.cause && numerics.cause->cut_short);
}

}  // namespace

bool may_be_kept(const model::Verdict& verdict) {
  return !verdict.judgements.empty() && std::ranges::all_of(verdict.judgements, [](const auto& judgement) {
    return was_judged(judgement.outcome) && !any_profile(judgement, is_unfinished);
  });
}

bool rests_on_an_ended_allowance(const model::Verdict& verdict, std::string_view today) {
  const auto ended = [&](const Numerics& numerics) {
    return std::ranges::any_of(
        numerics.moved, [&](const auto& probe) { return !probe.allowed_until.empty() && probe.allowed_until < today; });
  };
  return std::ranges::any_of(verdict.judgements, [&](const auto& judgement) { return any_profile(judgement, ended); });
}

}  // namespace envguard::compare
