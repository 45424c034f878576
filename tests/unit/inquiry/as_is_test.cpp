// PyTorch's own defaults, in a process of their own: judged bit for bit where the lock found them steady, by their band
// where not.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inquiry/judge.hpp"

#include "world.hpp"

namespace envguard::inquiry {
namespace {

using model::Cause;
using model::Outcome;
using model::Profile;
using test::conv;
using test::machine;
using test::Row;
using test::TableLaboratory;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A lock of both profiles. `rows` while it was made.
model::Baseline locked_by_both(std::vector<Row> rows = {}) {
  TableLaboratory laboratory(std::move(rows));
  auto made = candidate({}, machine(), {}, test::question(), laboratory);
  model::Baseline baseline;
  baseline.lock = std::move(made.lock);
  baseline.evidence = model::EvidenceTable{std::move(made.evidence)};
  baseline.source = "index";
  return baseline;
}

struct JudgedByBoth {
  model::Judgement judgement;
  std::vector<compare::Measure> asked;
  [[nodiscard]] auto processes(Profile profile) const {
    return std::ranges::count(asked, profile, &compare::Measure::profile);
  }
};

struct Situation {
  std::vector<Row> rows{};
  model::Observed observed = machine();
  std::map<std::string, std::string> variables{};
  model::Policy policy{};
  model::Baseline locked = locked_by_both();
};

JudgedByBoth judged_by_both(const Situation& situation) {
  TableLaboratory laboratory(situation.rows, situation.variables);
  auto judgement = judge(situation.locked, situation.policy, situation.observed, laboratory);
  return {std::move(judgement), laboratory.asked};
}

TEST(AsIs, AMatchOfBothTakesAProcessOfEach) {
  const auto [judgement, asked] = judged_by_both({});
  EXPECT_EQ(judgement.outcome, Outcome::match);
  ASSERT_TRUE(judgement.as_is);
  EXPECT_EQ(judgement.as_is->id, judgement.as_is->locked_id);
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[0].profile, Profile::strict);
  EXPECT_EQ(asked[1].profile, Profile::as_is);
}

TEST(AsIs, ADriftOfAsIsAloneIsADrift) {
  const auto [judgement, asked] = judged_by_both({.rows = {{"profile=as-is", 0, conv, "x"}}});
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_THAT(judgement.moved, IsEmpty());
  EXPECT_FALSE(judgement.cause);
  ASSERT_THAT(judgement.as_is->moved, SizeIs(1));
  EXPECT_EQ(judgement.as_is->moved[0].id, conv);
  EXPECT_EQ(judgement.as_is->moved[0].drift_class, model::DriftClass::rounding) << "its band is that of strict";
  EXPECT_EQ(judgement.as_is->cause->certainty, Cause::Certainty::undetermined);
}

TEST(AsIs, WhereStrictDecidesItIsNotMeasured) {
  const auto found = judged_by_both({.rows = {{{}, 0, conv, "x"}}});
  EXPECT_EQ(found.judgement.outcome, Outcome::numeric_drift);
  EXPECT_FALSE(found.judgement.as_is);
  EXPECT_EQ(found.processes(Profile::as_is), 0);
}

TEST(AsIs, WhereStrictMayPassItIsMeasured) {
  for (const auto fail_on : {model::FailOn::precision, model::FailOn::wrong, model::FailOn::never}) {
    model::Policy policy;
    policy.fail_on = fail_on;
    const auto found = judged_by_both({.rows = {{{}, 0, conv, "x"}}, .policy = policy});
    ASSERT_TRUE(found.judgement.as_is);
    EXPECT_THAT(found.judgement.as_is->moved, SizeIs(1));
  }
}

TEST(AsIs, AThreadCountThatStrictPinsIsItsCause) {
  auto observed = machine();
  observed.knobs = {{"OMP_NUM_THREADS", "1"}};
  const auto [judgement, asked] = judged_by_both({.rows = {{"profile=as-is&OMP_NUM_THREADS=1", 0, conv, "x"}},
                                                  .observed = observed,
                                                  .variables = {{"OMP_NUM_THREADS", "1"}}});
  ASSERT_TRUE(judgement.as_is->cause);
  EXPECT_EQ(judgement.as_is->cause->certainty, Cause::Certainty::confirmed);
  EXPECT_THAT(judgement.as_is->cause->sufficient, ElementsAre(ElementsAre("OMP_NUM_THREADS")));
  EXPECT_THAT(judgement.undo, ElementsAre("unset OMP_NUM_THREADS"));
}

TEST(AsIs, ThreadsThatNoVariableChoseArePutBackByTheFlag) {
  const auto [judgement, asked] =
      judged_by_both({.rows = {{"profile=as-is&threads=1", 0, conv, "x"}}, .variables = {{"threads", "1"}}});
  ASSERT_TRUE(judgement.as_is->cause);
  EXPECT_EQ(judgement.as_is->cause->certainty, Cause::Certainty::confirmed);
  EXPECT_THAT(judgement.as_is->cause->sufficient, ElementsAre(ElementsAre("threads")));
  EXPECT_THAT(asked.back().step.settings, ElementsAre(std::pair<std::string, std::string>("threads", "2")));
}

TEST(AsIs, AFlipIsTransientThereToo) {
  const auto found = judged_by_both({.rows = {{{}, 2, conv, "x"}}});
  EXPECT_EQ(found.judgement.outcome, Outcome::transient);
  EXPECT_THAT(found.judgement.transient, IsEmpty());
  EXPECT_THAT(found.judgement.as_is->transient, ElementsAre(conv));
  EXPECT_EQ(found.processes(Profile::strict), 1);
  EXPECT_EQ(found.processes(Profile::as_is), 5);
}

/// With an exception in the policy, as-is is measured beside a drift of strict.
model::Policy with_an_exception() {
  model::Policy policy;
  policy.allow = {{.probe = test::gemm,
                   .target = "another",
                   .drift_class = model::DriftClass::rounding,
                   .reason = "by hand",
                   .until = "2027-01-01"}};
  return policy;
}

TEST(AsIs, ThatItFailedTakesNothingFromADriftOfStrict) {
  const auto found = judged_by_both(
      {.rows = {{{}, 0, conv, "x"}, {"profile=as-is", 0, test::gemm, "crash"}}, .policy = with_an_exception()});
  EXPECT_EQ(found.judgement.outcome, Outcome::numeric_drift);
  EXPECT_EQ(found.judgement.exit_code, base::ExitCode::numeric_drift);
  EXPECT_FALSE(found.judgement.as_is);
  EXPECT_THAT(found.judgement.notes, Contains(HasSubstr("as-is could not be measured: the engine died of SIGSEGV")));
  EXPECT_EQ(found.judgement.what,
            "nothing that the lock records differs: the hardware moved it, or something unrecorded");
}

TEST(AsIs, AloneItsFailureIsTheAnswer) {
  const auto found = judged_by_both({.rows = {{"profile=as-is", 0, test::gemm, "crash"}}});
  EXPECT_EQ(found.judgement.outcome, Outcome::could_not_measure);
}

TEST(AsIs, UnstableThereOutweighsAFlipOfStrict) {
  const auto found = judged_by_both(
      {.rows = {
           {"profile=strict", 1, test::gemm, "x"}, {"profile=as-is", 6, conv, "y"}, {"profile=as-is", 7, conv, "z"}}});
  EXPECT_THAT(found.judgement.transient, ElementsAre(test::gemm));
  EXPECT_THAT(found.judgement.as_is->unstable, ElementsAre(conv));
  EXPECT_EQ(found.judgement.outcome, Outcome::unstable);
  EXPECT_THAT(found.judgement.moved, IsEmpty()) << "what flipped once has not moved";
}

/// Its second process of as-is, the fourth of all, gave other bits.
model::Baseline judged_by_band() {
  return locked_by_both({{"profile=as-is", 4, conv, "x", 1e-9}});
}

TEST(AsIs, WhatTheLockFoundUnsteadyIsHeldByItsBand) {
  const auto locked = judged_by_band();
  const auto line = std::ranges::find(locked.lock.as_is, conv, &model::ProbeLine::first);
  ASSERT_NE(line, locked.lock.as_is.end());
  EXPECT_EQ(line->second, model::by_band);
  EXPECT_THAT(locked.lock.quarantined, IsEmpty()) << "strict was steady";
}

TEST(AsIs, WithinItsBandIsAMatchAndOutsideADrift) {
  for (const double within : {1e-9, 1e-7, 3e-7}) {
    const auto found = judged_by_both({.rows = {{"profile=as-is", 0, conv, "y", within}}, .locked = judged_by_band()});
    EXPECT_EQ(found.judgement.outcome, Outcome::match) << within;
    EXPECT_THAT(found.asked, SizeIs(2)) << within;
  }
  const auto found = judged_by_both({.rows = {{"profile=as-is", 0, conv, "y", 1e-6}}, .locked = judged_by_band()});
  EXPECT_EQ(found.judgement.outcome, Outcome::numeric_drift);
  EXPECT_EQ(found.judgement.as_is->moved.at(0).locked, model::by_band);
  EXPECT_EQ(found.judgement.as_is->moved.at(0).drift_class, model::DriftClass::precision);
}

TEST(AsIs, WithoutEvidenceNothingByBandIsCalledAMatchOfIt) {
  auto locked = judged_by_band();
  locked.evidence.reset();
  locked.evidence_note = "evidence missing";
  const auto found = judged_by_both({.locked = std::move(locked)});
  EXPECT_THAT(found.judgement.notes,
              ElementsAre("evidence missing", "not judged, since their bands are in the evidence: 1 probe of as-is"));
  const auto& layers = found.judgement.as_is->layers;
  const auto dnn = std::ranges::find(layers, "dnn", &model::LayerSummary::layer);
  const auto whole = judged_by_both({}).judgement.as_is->layers;
  const auto dnn_whole = std::ranges::find(whole, "dnn", &model::LayerSummary::layer);
  ASSERT_NE(dnn_whole, whole.end());
  EXPECT_LT(dnn == layers.end() ? 0 : dnn->of, dnn_whole->of) << "it is not counted among the judged";
}

TEST(AsIs, ALockOfRecipe1HasNoneAndTheVerdictSaysSo) {
  auto locked = locked_by_both();
  locked.lock.recipe = 1;
  locked.lock.as_is.clear();
  locked.lock.as_is_id = {};
  locked.lock.settings.clear();
  const auto found = judged_by_both({.locked = std::move(locked)});
  EXPECT_EQ(found.judgement.outcome, Outcome::match);
  EXPECT_FALSE(found.judgement.as_is);
  EXPECT_EQ(found.processes(Profile::as_is), 0);
  EXPECT_THAT(found.judgement.notes, ElementsAre(HasSubstr("older recipe and has no as-is lines")));
}

}  // namespace
}  // namespace envguard::inquiry
