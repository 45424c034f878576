#include "compare/weigh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/outcome.hpp"

namespace envguard::compare {
namespace {

using base::ExitCode;
using model::DriftClass;
using model::FailOn;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Weight = model::MovedProbe::Weight;

constexpr auto day = "2026-11-23";
constexpr auto probe = "blas.mv_f32_1031x257";
constexpr auto stream = "rng.rand_10000";
constexpr auto adam = "train.cnn_adam.w32";

model::MovedProbe moved(const std::string& id, std::optional<DriftClass> drift_class) {
  model::MovedProbe moved{id, "a", "b"};
  moved.drift_class = drift_class;
  if (drift_class != DriftClass::other_stream) {
    moved.distance = model::Distance{1e-7, 1e-7, 1e-7, false, true};
    moved.band = 1e-7;
  }
  return moved;
}

model::Judgement drift(std::vector<model::MovedProbe> moved) {
  model::Judgement judgement;
  judgement.outcome = model::Outcome::numeric_drift;
  judgement.target = "h200";
  judgement.moved = std::move(moved);
  return judgement;
}

model::Policy policy(FailOn fail_on, std::vector<model::Allowance> allow = {}) {
  model::Policy policy;
  policy.fail_on = fail_on;
  policy.allow = std::move(allow);
  return policy;
}

model::Allowance allowance(DriftClass drift_class, const std::string& of = probe) {
  return {of, "h200", drift_class, "compared by hand", "2026-11-23"};
}

Weight weight(std::optional<DriftClass> drift_class, const model::Policy& policy, std::string_view today = day) {
  auto judgement = drift({moved(drift_class == DriftClass::other_stream ? stream : probe, drift_class)});
  weigh(judgement, policy, today);
  return judgement.moved[0].weight;
}

TEST(FailOnClasses, AreTheMildestChangeThatFails) {
  struct Case {
    FailOn fail_on;
    std::vector<std::optional<DriftClass>> tolerated, block;
  };
  using enum DriftClass;
  const std::optional<DriftClass> unknown;
  const std::vector<Case> cases{{FailOn::any_bit, {}, {rounding, precision, wrong, other_stream, unknown}},
                                {FailOn::precision, {rounding}, {precision, wrong, other_stream, unknown}},
                                {FailOn::wrong, {rounding, precision}, {wrong, other_stream, unknown}},
                                {FailOn::never, {rounding, precision, wrong, other_stream, unknown}, {}}};
  for (const auto& [fail_on, tolerated, block] : cases) {
    for (const auto& each : tolerated) {
      EXPECT_EQ(weight(each, policy(fail_on)), Weight::tolerated)
          << static_cast<int>(fail_on) << " " << (each ? model::name(*each) : "none");
    }
    for (const auto& each : block) {
      EXPECT_EQ(weight(each, policy(fail_on)), Weight::blocks)
          << static_cast<int>(fail_on) << " " << (each ? model::name(*each) : "none");
    }
  }
}

TEST(Allow, CoversWhatIsNoGraver) {
  using enum DriftClass;
  const auto allowed = [](DriftClass written, std::optional<DriftClass> found) {
    const std::string of = found == other_stream ? stream : probe;
    return weight(found, policy(FailOn::any_bit, {allowance(written, of)})) == Weight::allowed;
  };
  for (const auto found : {rounding, precision, wrong}) {
    EXPECT_EQ(allowed(rounding, found), found == rounding) << model::name(found);
    EXPECT_EQ(allowed(precision, found), found != wrong) << model::name(found);
    EXPECT_TRUE(allowed(wrong, found)) << model::name(found);
    EXPECT_FALSE(allowed(other_stream, found)) << model::name(found);
  }
  EXPECT_TRUE(allowed(other_stream, other_stream));
  EXPECT_FALSE(allowed(wrong, other_stream)) << "a stream is allowed by its own name only";
  EXPECT_FALSE(allowed(wrong, std::nullopt)) << "nobody knows how far that is";
}

TEST(Allow, KeepsItsReasonAndEndWithTheProbe) {
  auto judgement = drift({moved(probe, DriftClass::rounding), moved("blas.dot_f32_65537", DriftClass::rounding)});
  weigh(judgement, policy(FailOn::any_bit, {allowance(DriftClass::rounding)}), day);
  EXPECT_EQ(judgement.moved[0].allowance, "compared by hand");
  EXPECT_EQ(judgement.moved[0].allowed_until, "2026-11-23");
  EXPECT_EQ(judgement.moved[1].weight, Weight::blocks) << "another probe";
  EXPECT_EQ(judgement.moved[1].allowed_until, "");
  EXPECT_TRUE(blocked_by_numerics(judgement));
  EXPECT_THAT(judgement.notes, IsEmpty());
}

TEST(Allow, CountsOnItsLastDayAndNotOnTheNext) {
  const auto rules = policy(FailOn::any_bit, {allowance(DriftClass::rounding)});
  EXPECT_EQ(weight(DriftClass::rounding, rules, "2026-11-22"), Weight::allowed);
  EXPECT_EQ(weight(DriftClass::rounding, rules, "2026-11-23"), Weight::allowed);
  EXPECT_EQ(weight(DriftClass::rounding, rules, "2026-11-24"), Weight::blocks);
  EXPECT_EQ(weight(DriftClass::rounding, rules, "2027-01-01"), Weight::blocks);
}

TEST(Allow, ThatEndedIsANoteWhereItsProbeMoved) {
  auto ended = drift({moved(probe, DriftClass::rounding)});
  weigh(ended, policy(FailOn::any_bit, {allowance(DriftClass::rounding)}), "2026-11-24");
  EXPECT_THAT(ended.notes, ElementsAre("the [[allow]] of blas.mv_f32_1031x257 ended on 2026-11-23"));
  EXPECT_EQ(ended.moved[0].allowance, "");
  auto still = drift({moved("blas.dot_f32_65537", DriftClass::rounding)});
  weigh(still, policy(FailOn::any_bit, {allowance(DriftClass::rounding)}), "2026-11-24");
  EXPECT_THAT(still.notes, IsEmpty()) << "its probe did not move";
}

TEST(Allow, OfAnotherTargetIsNoMatterHere) {
  auto rules =
      policy(FailOn::any_bit, {allowance(DriftClass::rounding), allowance(DriftClass::wrong, "blas.no_probe")});
  for (auto& each : rules.allow) each.target = "cpu";
  auto judgement = drift({moved(probe, DriftClass::rounding)});
  weigh(judgement, rules, day);
  EXPECT_EQ(judgement.moved[0].weight, Weight::blocks);
  EXPECT_THAT(judgement.notes, IsEmpty());
}

TEST(Allow, ThatNamesNoProbeIsANote) {
  auto judgement = drift({moved(probe, DriftClass::rounding)});
  weigh(judgement, policy(FailOn::any_bit, {allowance(DriftClass::wrong, "blas.no_probe")}), day);
  EXPECT_THAT(judgement.notes, ElementsAre(HasSubstr("blas.no_probe, which is no probe of this recipe")));
  EXPECT_EQ(judgement.moved[0].weight, Weight::blocks);
}

TEST(Allow, OutranksWhatFailOnTolerates) {
  EXPECT_EQ(weight(DriftClass::rounding, policy(FailOn::precision, {allowance(DriftClass::rounding)})),
            Weight::allowed);
}

TEST(AdamWeights, GoWithTheGravestThatMovedWithThem) {
  const auto of_adam = [](std::vector<model::MovedProbe> others, FailOn fail_on) {
    others.push_back(moved(adam, {}));
    auto judgement = drift(std::move(others));
    weigh(judgement, policy(fail_on), day);
    return judgement.moved.back().weight;
  };
  EXPECT_EQ(of_adam({moved(probe, DriftClass::rounding)}, FailOn::precision), Weight::tolerated);
  EXPECT_EQ(of_adam({moved(probe, DriftClass::precision)}, FailOn::precision), Weight::blocks);
  EXPECT_EQ(
      of_adam({moved(probe, DriftClass::rounding), moved("blas.dot_f32_65537", DriftClass::wrong)}, FailOn::wrong),
      Weight::blocks);
  EXPECT_EQ(of_adam({}, FailOn::precision), Weight::blocks) << "alone it says nothing";
  EXPECT_EQ(of_adam({moved(probe, {})}, FailOn::precision), Weight::blocks);
}

TEST(AdamWeights, WithoutADistanceAreUnknown) {
  auto judgement = drift({moved(probe, DriftClass::rounding), moved(adam, {})});
  judgement.moved[1].distance.reset();
  weigh(judgement, policy(FailOn::precision), day);
  EXPECT_EQ(judgement.moved[1].weight, Weight::blocks);
}

// What settling makes of the weights.

TEST(SettleNumerics, ADriftPassesWhereNothingOfItBlocks) {
  const auto settled =
      settle(drift({moved(probe, DriftClass::rounding)}), policy(FailOn::precision), Context::by_hand, day);
  EXPECT_EQ(settled.exit_code, ExitCode::match);
  EXPECT_EQ(settled.outcome, model::Outcome::numeric_drift) << "it is told all the same";
  EXPECT_EQ(settled.response, model::Response::warn);
  EXPECT_EQ(settled.moved[0].weight, Weight::tolerated);
}

TEST(SettleNumerics, OneProbeThatBlocksFails) {
  auto rules = policy(FailOn::precision, {allowance(DriftClass::wrong)});
  const auto both = [&](DriftClass other, std::string_view today) {
    return settle(drift({moved(probe, DriftClass::wrong), moved("blas.dot_f32_65537", other)}), rules, Context::by_hand,
                  today);
  };
  EXPECT_EQ(both(DriftClass::rounding, day).exit_code, ExitCode::match) << "one allowed, one tolerated";
  EXPECT_EQ(both(DriftClass::precision, day).exit_code, ExitCode::numeric_drift);
  EXPECT_FALSE(both(DriftClass::precision, day).response);
  EXPECT_EQ(both(DriftClass::rounding, "2026-11-24").exit_code, ExitCode::numeric_drift) << "the exception ended";
}

TEST(SettleNumerics, IsTheSameInACommitAndInCi) {
  for (const auto context : {Context::commit, Context::ci}) {
    EXPECT_EQ(settle(drift({moved(probe, DriftClass::rounding)}), policy(FailOn::precision), context, day).exit_code,
              ExitCode::match);
    EXPECT_EQ(settle(drift({moved(probe, DriftClass::precision)}), policy(FailOn::precision), context, day).exit_code,
              ExitCode::numeric_drift);
  }
}

TEST(SettleNumerics, WhatElseWasFoundStillCounts) {
  auto judgement = drift({moved(probe, DriftClass::rounding)});
  judgement.differences = {
      {model::Difference::Kind::version, "torch", "1", "2", model::Difference::Weight::blocks, "locked"}};
  EXPECT_EQ(settle(judgement, policy(FailOn::never), Context::by_hand, day).exit_code, ExitCode::version_drift);
  judgement.unstable = {"blas.dot_f32_65537"};
  EXPECT_EQ(settle(judgement, policy(FailOn::never), Context::by_hand, day).exit_code, ExitCode::unstable);
}

TEST(SettleNumerics, NothingElseIsWeighed) {
  auto transient = drift({moved(probe, DriftClass::rounding)});
  transient.outcome = model::Outcome::transient;
  const auto settled = settle(transient, policy(FailOn::never), Context::by_hand, day);
  EXPECT_EQ(settled.exit_code, ExitCode::unstable);
  EXPECT_EQ(settled.moved[0].weight, Weight::blocks);
}

}  // namespace
}  // namespace envguard::compare
