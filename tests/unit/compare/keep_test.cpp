#include "compare/keep.hpp"

#include <gtest/gtest.h>

namespace envguard::compare {
namespace {

using model::Numerics;
using model::Outcome;

/// A verdict of one judgement, of which `change` touches strict or as-is.
template <typename Change>
model::Verdict verdict(Outcome outcome, bool as_is, Change change) {
  model::Verdict verdict;
  auto& judgement = verdict.judgements.emplace_back();
  judgement.outcome = outcome;
  change(as_is ? judgement.as_is.emplace() : static_cast<Numerics&>(judgement));
  return verdict;
}

constexpr auto nothing = [](Numerics&) {};

TEST(Keep, OnlyWhatWasJudged) {
  for (const auto outcome : {Outcome::match, Outcome::version_drift, Outcome::numeric_drift}) {
    EXPECT_TRUE(may_be_kept(verdict(outcome, true, nothing))) << model::name(outcome);
  }
  for (const auto outcome : {Outcome::unstable, Outcome::transient, Outcome::not_locked, Outcome::no_torch,
                             Outcome::no_gpu, Outcome::could_not_measure, Outcome::untrusted}) {
    EXPECT_FALSE(may_be_kept(verdict(outcome, false, nothing))) << model::name(outcome);
  }
  EXPECT_FALSE(may_be_kept({}));
}

TEST(Keep, NothingThatWobblesBesideADriftInEitherProfile) {
  for (const bool as_is : {false, true}) {
    EXPECT_FALSE(may_be_kept(
        verdict(Outcome::numeric_drift, as_is, [](Numerics& numerics) { numerics.transient = {"blas.dot"}; })));
    EXPECT_FALSE(may_be_kept(
        verdict(Outcome::numeric_drift, as_is, [](Numerics& numerics) { numerics.unstable = {"blas.dot"}; })));
  }
}

TEST(Keep, NoSearchThatMoreTimeMaySettle) {
  for (const bool as_is : {false, true}) {
    const auto drift = [&](bool cut_short) {
      return verdict(Outcome::numeric_drift, as_is,
                     [&](Numerics& numerics) { numerics.cause.emplace().cut_short = cut_short; });
    };
    EXPECT_TRUE(may_be_kept(drift(false)));
    EXPECT_FALSE(may_be_kept(drift(true)));
  }
}

TEST(Keep, AnExceptionCountsUntilItsLastDayInEitherProfile) {
  for (const bool as_is : {false, true}) {
    const auto allowed = verdict(Outcome::numeric_drift, as_is, [](Numerics& numerics) {
      numerics.moved = {{"blas.dot", "a", "b"}, {"blas.mv", "a", "b"}};
      numerics.moved.back().allowed_until = "2026-11-23";
    });
    EXPECT_FALSE(rests_on_an_ended_allowance(allowed, "2026-11-23"));
    EXPECT_TRUE(rests_on_an_ended_allowance(allowed, "2026-11-24"));
  }
  EXPECT_FALSE(rests_on_an_ended_allowance(verdict(Outcome::match, true, nothing), "2026-11-24"));
}

}  // namespace
}  // namespace envguard::compare
