// Itself first: only what this machine repeats is a drift. Rows name the process in which the bits are others.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/itself_first.hpp"
#include "inquiry/judge.hpp"

#include "world.hpp"

namespace envguard::inquiry {
namespace {

using model::Outcome;
using test::baseline;
using test::conv;
using test::gemm;
using test::machine;
using test::Row;
using test::TableLaboratory;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> unit_of(const std::string& probe) {
  return compare::whole_units(recipe::probes(model::DeviceKind::cpu), {probe});
}

std::vector<std::string> ids(const model::Judgement& judgement) {
  std::vector<std::string> ids;
  for (const auto& probe : judgement.moved) ids.push_back(probe.id);
  return ids;
}

struct Judged {
  model::Judgement judgement;
  std::vector<compare::Measure> asked;
};

Judged judged(std::vector<Row> rows, const model::Observed& observed = machine(),
              std::map<std::string, std::string> variables = {}) {
  TableLaboratory laboratory(std::move(rows), std::move(variables));
  auto judgement = judge(baseline(), {}, observed, laboratory);
  return {std::move(judgement), laboratory.asked};
}

TEST(ItselfFirst, TheThirdProcessRunsTheFailingUnitsAlone) {
  const auto [judgement, asked] = judged({{{}, 0, conv, "x"}, {{}, 0, gemm, "x"}});
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_THAT(ids(judgement), ElementsAre(gemm, conv));
  ASSERT_EQ(asked.size(), 3U);
  auto units = unit_of(gemm);
  std::ranges::copy(unit_of(conv), std::back_inserter(units));
  EXPECT_EQ(asked[2].probes, units) << "whole units, in the ladder's order";
  EXPECT_GT(units.size(), 2U);
  EXPECT_THAT(judgement.order_dependent, IsEmpty());
}

TEST(ItselfFirst, WhatOnlyMovesAfterTheOthersDependsOnTheOrder) {
  const auto [judgement, asked] = judged({{"order=whole", 0, gemm, "x"}, {{}, 0, conv, "x"}});
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_THAT(judgement.order_dependent, ElementsAre(gemm));
  EXPECT_THAT(ids(judgement), ElementsAre(gemm, conv));
  ASSERT_EQ(asked.size(), 4U);
  EXPECT_NE(asked[2], test::whole());
  EXPECT_EQ(asked[3], test::whole());
}

TEST(ItselfFirst, ADriftThatDependsOnTheOrderIsSearchedInWholeLadders) {
  auto observed = machine();
  observed.knobs = {{"MKL_CBWR", "AVX2"}};
  const auto [judgement, asked] =
      judged({{"order=whole&MKL_CBWR=AVX2", 0, gemm, "x"}}, observed, {{"MKL_CBWR", "AVX2"}});
  ASSERT_EQ(asked.size(), 5U);
  EXPECT_NE(asked[4].step, compare::Step{});
  EXPECT_EQ(asked[4].probes, test::whole().probes);
  ASSERT_TRUE(judgement.cause);
  EXPECT_EQ(judgement.cause->certainty, model::Cause::Certainty::confirmed);
}

TEST(ItselfFirst, AThirdResultInTheThirdAndFourthProcessIsUnstable) {
  for (const auto* fourth : {"y", "z"}) {
    const auto [judgement, asked] =
        judged({{{}, 1, gemm, "x"}, {{}, 2, gemm, "x"}, {{}, 3, gemm, "y"}, {{}, 4, gemm, fourth}});
    EXPECT_EQ(judgement.outcome, Outcome::unstable) << fourth;
    EXPECT_THAT(judgement.unstable, ElementsAre(gemm));
    EXPECT_EQ(asked.size(), 4U);
    EXPECT_EQ(judgement.distinct_results, 2) << "of whole runs: twice x, once another";
    EXPECT_FALSE(judgement.cause) << "nothing is searched";
  }
}

TEST(ItselfFirst, TwoThatDifferTakeTwoMoreLadders) {
  const auto [judgement, asked] = judged({{{}, 1, gemm, "x"}, {{}, 2, gemm, "y"}});
  EXPECT_EQ(judgement.outcome, Outcome::unstable);
  EXPECT_EQ(asked.size(), 4U);
  for (const auto& each : asked) EXPECT_EQ(each, test::whole());
  EXPECT_EQ(judgement.distinct_results, 3);
}

TEST(ItselfFirst, ADriftBesideAnUnstableProbeIsADriftAndNamesBoth) {
  const auto [judgement, asked] =
      judged({{{}, 0, conv, "x"}, {{}, 1, gemm, "a"}, {{}, 2, gemm, "b"}, {{}, 3, gemm, "c"}});
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_THAT(ids(judgement), ElementsAre(conv)) << "what moved is what drifted";
  EXPECT_THAT(judgement.unstable, ElementsAre(gemm));
  EXPECT_EQ(judgement.distinct_results, 4);
}

TEST(ItselfFirst, OneProcessOfFiveIsATransient) {
  const auto [judgement, asked] = judged({{{}, 1, gemm, "flipped"}});
  EXPECT_EQ(judgement.outcome, Outcome::transient);
  EXPECT_THAT(judgement.transient, ElementsAre(gemm));
  EXPECT_THAT(judgement.unstable, IsEmpty());
  EXPECT_EQ(asked.size(), 5U);
  EXPECT_EQ(judgement.distinct_results, 0) << "said of an unstable machine only";
}

TEST(ItselfFirst, ATransientBesideADriftIsNamedBesideIt) {
  for (const int process : {1, 2}) {
    const auto [judgement, asked] = judged({{{}, 0, conv, "x"}, {{}, process, gemm, "flipped"}});
    EXPECT_EQ(judgement.outcome, Outcome::numeric_drift) << process;
    EXPECT_THAT(ids(judgement), ElementsAre(conv));
    EXPECT_THAT(judgement.transient, ElementsAre(gemm));
    EXPECT_EQ(asked.size(), 5U);
  }
}

TEST(ItselfFirst, ASecondTransientWithinTheMonthIsUnstable) {
  auto observed = machine();
  observed.recent_transients = {gemm};
  const auto again = judged({{{}, 1, gemm, "flipped"}}, observed).judgement;
  EXPECT_EQ(again.outcome, Outcome::unstable);
  EXPECT_THAT(again.unstable, ElementsAre(gemm));
  EXPECT_THAT(again.transient, IsEmpty());
  EXPECT_EQ(again.distinct_results, 2);
  const auto another = judged({{{}, 1, "dnn.conv2d_3x3", "flipped"}}, observed).judgement;
  EXPECT_EQ(another.outcome, Outcome::transient);
  EXPECT_EQ(another.transient, unit_of(conv));
}

TEST(ItselfFirst, OneTransientAndOneRecentTransientAreUnstable) {
  auto observed = machine();
  observed.recent_transients = {gemm};
  const auto both = judged({{{}, 1, gemm, "flipped"}, {{}, 1, conv, "flipped"}}, observed).judgement;
  EXPECT_EQ(both.outcome, Outcome::unstable);
  EXPECT_THAT(both.unstable, ElementsAre(gemm));
  EXPECT_THAT(both.transient, ElementsAre(conv));
}

TEST(ItselfFirst, ADriftingProbeOfEveryUnitIsRunWholeTheThirdTime) {
  const auto [judgement, asked] = judged({{{}, 0, {}, "x"}});
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[2], test::whole());
}

TEST(ItselfFirst, WhatHasNoLineInTheLockIsNotJudged) {
  auto lock = baseline(machine(), {gemm});
  TableLaboratory laboratory({{{}, 0, gemm, "x"}, {{}, 2, gemm, "y"}, {{}, 0, conv, "x"}});
  const auto judgement = judge(lock, {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_THAT(ids(judgement), ElementsAre(conv));
  EXPECT_THAT(judgement.unstable, IsEmpty());
  EXPECT_EQ(laboratory.processes, 3);
}

}  // namespace
}  // namespace envguard::inquiry
