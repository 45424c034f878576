#include "compare/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace envguard::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::vector<std::string> probes{"blas.mv_f32_1031x257", "ops.exp_f32"};

/// Every probe's bits follow from its text; its result lies this far from zero.
model::Run run(const std::string& bits, double at = 0) {
  model::Run run;
  run.plan.probes = probes;
  for (const auto& id : probes) {
    model::Evidence evidence{.norm = 1, .elements = 4};
    evidence.sketch.high[0] = at;
    run.probes.push_back({id, model::ProbeStatus::ok, base::hash128(id + bits), evidence, {}});
  }
  return run;
}

model::Comparison compared(const std::vector<RunsOfSide>& runs,
                           const std::vector<model::EvidenceRecord>& bands = evidence_with_bands(run("a"), {})) {
  model::Comparison comparison{.device = {}, .hardware = {}, .sides = {}, .pairs = {}, .notes = {}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    comparison.sides.push_back({std::string(1, static_cast<char>('A' + i)), {}, {}, {}, {}, {}});
  }
  compare_sides(comparison, runs, bands);
  return comparison;
}

TEST(Comparison, OfThreeHasThreePairs) {
  const auto found = compared({{run("a"), run("a")}, {run("a"), run("a")}, {run("b", 1e-7), run("b", 1e-7)}});
  ASSERT_THAT(found.pairs, SizeIs(3));
  EXPECT_THAT(found.pairs[0].moved, IsEmpty());
  EXPECT_EQ(found.sides[0].id, found.sides[1].id);
  EXPECT_NE(found.sides[0].id, found.sides[2].id);
  for (const std::size_t pair : {1U, 2U}) {
    EXPECT_EQ(found.pairs[pair].b, 2U);
    ASSERT_THAT(found.pairs[pair].moved, SizeIs(2));
    EXPECT_NEAR(found.pairs[pair].moved[0].distance->value, 1e-7, 1e-15);
  }
}

TEST(Comparison, TheBandsGiveTheClass) {
  model::Run perturbed;
  perturbed.rounds = {run("p", 1e-7).probes};
  const auto bands = evidence_with_bands(run("a"), perturbed);
  const auto found = compared({{run("a"), run("a")}, {run("b", 2e-7), run("b", 2e-7)}}, bands);
  EXPECT_EQ(found.pairs[0].moved[0].band, bands[0].band);
  EXPECT_EQ(found.pairs[0].moved[0].drift_class, model::DriftClass::rounding);
  EXPECT_FALSE(compared({{run("a"), run("a")}, {run("b", 1), run("b", 1)}}, {}).pairs[0].moved[0].drift_class);
}

TEST(Comparison, WhatDoesNotRepeatIsLeftOut) {
  auto again = run("a");
  again.probes[1].hash = base::hash128("another");
  const auto found = compared({{run("a"), again}, {run("b"), run("b")}});
  EXPECT_THAT(found.sides[0].unstable, ElementsAre("ops.exp_f32"));
  ASSERT_THAT(found.pairs[0].moved, SizeIs(1));
  EXPECT_EQ(found.pairs[0].moved[0].id, "blas.mv_f32_1031x257");
}

TEST(Comparison, ASideThatFailedIsInNoPair) {
  auto crashed = run("a");
  crashed.fault = model::Fault{model::Fault::Kind::crashed, "the engine died of SIGSEGV", {}};
  const auto found = compared({{run("a"), run("a")}, {run("a"), crashed}, {run("a"), run("a")}});
  EXPECT_EQ(found.sides[1].fault, "the engine died of SIGSEGV");
  ASSERT_THAT(found.pairs, SizeIs(1));
  EXPECT_EQ(found.pairs[0].a, 0U);
  EXPECT_EQ(found.pairs[0].b, 2U);
}

}  // namespace
}  // namespace envguard::compare
