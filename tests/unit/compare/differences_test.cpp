#include "compare/differences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::compare {
namespace {

using model::Difference;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> names(const std::vector<Difference>& differences) {
  std::vector<std::string> names;
  for (const auto& difference : differences) names.push_back(difference.name);
  return names;
}

TEST(Differences, EqualRecordsHaveNone) {
  const Recorded recorded{{{"torch", "2.11.0"}}, {{"blas", "mkl"}}, {{"MKL_CBWR", "AVX2"}}, {{"l2", "1 MiB"}}};
  EXPECT_THAT(differences(recorded, recorded), IsEmpty());
}

TEST(Differences, WhatMostLikelyMattersComesFirst) {
  const Recorded older{{{"numpy", "1"}, {"torch", "1"}}, {{"blas", "a"}}, {{"MKL_CBWR", "a"}}, {{"l2", "a"}}};
  const Recorded newer{{{"numpy", "2"}, {"torch", "2"}}, {{"blas", "b"}}, {{"MKL_CBWR", "b"}}, {{"l2", "b"}}};
  EXPECT_THAT(names(differences(older, newer)), ElementsAre("MKL_CBWR", "torch", "blas", "numpy", "l2"));
}

TEST(Differences, SayWhatIsAbsentOnEitherSide) {
  const Recorded older{{{"triton", "3.6"}}, {}, {{"MKL_CBWR", "AVX2"}}, {}};
  const Recorded newer{{}, {}, {{"LD_PRELOAD", "libx.so@1f"}}, {}};
  const auto all = differences(older, newer);
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].here, "not set");
  EXPECT_EQ(all[1].locked, "not set");
  EXPECT_EQ(all[2].here, "not found");
}

TEST(Differences, EqualVersionsSpelledOtherwiseAreNone) {
  const Recorded older{{{"numpy", "2.3"}}, {}, {}, {}};
  const Recorded newer{{{"numpy", "2.3.0"}}, {}, {}, {}};
  model::Policy policy;
  policy.versions = {{"numpy", "locked"}};
  EXPECT_THAT(differences(older, newer, policy, model::DeviceKind::cpu), IsEmpty());
}

TEST(Differences, ThePolicyReplacesTheDefaultRule) {
  const Recorded older{{{"torch", "2.11.0"}, {"nccl", "2.28"}}, {}, {}, {}};
  const Recorded newer{{{"torch", "2.15.0"}, {"nccl", "2.30"}}, {}, {}, {}};
  model::Policy policy;
  policy.versions = {{"torch", ">=2.11"}};
  const auto all = differences(older, newer, policy, model::DeviceKind::cpu);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].name, "torch");
  EXPECT_EQ(all[0].weight, Difference::Weight::note);
  EXPECT_EQ(all[0].rule, ">=2.11");
  EXPECT_EQ(all[1].name, "nccl");
  EXPECT_EQ(all[1].weight, Difference::Weight::blocks);
}

TEST(Differences, ADriverRuleIsAskedOfGpuLocksOnly) {
  const Recorded older{{{"driver", "570.00"}}, {}, {}, {}};
  model::Policy policy;
  policy.versions = {{"driver", ">=580"}};
  EXPECT_THAT(differences(older, older, policy, model::DeviceKind::cpu), IsEmpty());
  const auto gpu = differences(older, older, policy, model::DeviceKind::cuda);
  ASSERT_THAT(gpu, SizeIs(1));
  EXPECT_EQ(gpu[0].weight, Difference::Weight::blocks);
}

TEST(ToMend, OfADriftTheKnobsAndNumericVersionsElseWhateverDiffers) {
  const Difference knob{Difference::Kind::knob, "MKL_CBWR", "not set", "AVX2", {}, {}};
  const Difference numpy{Difference::Kind::version, "numpy", "1", "2", {}, "any"};
  const Difference cache{Difference::Kind::cache, "l2", "1", "2", {}, {}};
  const Difference replaced{
      Difference::Kind::knob, "OMP_NUM_THREADS", "not set", "2", Difference::Weight::overridden, {}};
  EXPECT_THAT(names(to_mend({knob, numpy, cache, replaced}, true, {})), ElementsAre("MKL_CBWR"));
  EXPECT_THAT(names(to_mend({numpy, cache, replaced}, true, {})), ElementsAre("numpy"));
  EXPECT_THAT(to_mend({knob, numpy, cache, replaced}, false, {}), IsEmpty());
}

TEST(ToMend, WhereTheCauseIsConfirmedItAloneAndWhatBlocks) {
  const Difference knob{Difference::Kind::knob, "MKL_CBWR", "not set", "AVX2", {}, {}};
  const Difference other{Difference::Kind::knob, "ONEDNN_MAX_CPU_ISA", "not set", "AVX2", {}, {}};
  const Difference torch{Difference::Kind::version, "torch", "1", "2", Difference::Weight::blocks, "locked"};
  const Difference cuda{Difference::Kind::version, "cuda", "1", "2", {}, "any"};
  model::Cause cause;
  cause.certainty = model::Cause::Certainty::confirmed;
  cause.sufficient = {{"MKL_CBWR"}};
  cause.explained = cause.of = 3;
  EXPECT_THAT(names(to_mend({knob, other, torch, cuda}, true, cause)), ElementsAre("MKL_CBWR", "torch"));
  cause.explained = 2;
  EXPECT_THAT(names(to_mend({knob, other, torch, cuda}, true, cause)),
              ElementsAre("MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "torch", "cuda"))
      << "the rest may come of any of them";
  cause.explained = 3;
  cause.certainty = model::Cause::Certainty::undetermined;
  EXPECT_THAT(names(to_mend({knob, other}, true, cause)), ElementsAre("MKL_CBWR", "ONEDNN_MAX_CPU_ISA"));
}

TEST(Recorded, WhatPyTorchTellsOfItsBuildIsAskedAfterAMeasurementOnly) {
  model::Observed observed;
  observed.build = {{"debug", "false"}};
  model::Run run;
  run.built = {{"onednn", "3.10.3"}};
  const auto before = recorded(observed, {}, model::DeviceKind::cpu, nullptr);
  const auto after = recorded(observed, {}, model::DeviceKind::cpu, &run);
  const Recorded locked{{}, {{"debug", "true"}, {"onednn", "3.7.1"}}, {}, {}};
  EXPECT_THAT(names(differences(known_before_measuring(locked, before), before)), ElementsAre("debug"));
  EXPECT_THAT(names(differences(locked, after)), ElementsAre("debug", "onednn"));
}

TEST(Recorded, AKernelIsRecordedWhereThePolicyAsks) {
  model::Observed observed;
  observed.components = {{"kernel", "6.1.0", {}}};
  EXPECT_THAT(recorded(observed, {}, model::DeviceKind::cpu, nullptr).versions, IsEmpty());
  model::Policy policy;
  policy.versions = {{"kernel", "locked"}};
  EXPECT_THAT(recorded(observed, policy, model::DeviceKind::cpu, nullptr).versions, SizeIs(1));
}

}  // namespace
}  // namespace envguard::compare
