// The whole CPU ladder on real wheels.
#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/number.hpp"
#include "recipe/table.hpp"
#include "runner/plan.hpp"

#include "wheels.hpp"

namespace envguard::engine {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::map<std::string, std::string> lines_of(const model::Run& run) {
  std::map<std::string, std::string> lines;
  for (const auto& probe : run.probes) lines[probe.id] = probe.line();
  return lines;
}

/// Measured once for all tests of this process.
const model::Run& reference() {
  static const model::Run run = test::measure(test::plan_for(test::wheel("2.11.0"), test::cpu_ladder()));
  return run;
}

class OnVersion : public testing::TestWithParam<std::string> {};

TEST_P(OnVersion, EveryProbeAnswers) {
  const model::Plan plan = test::plan_for(test::wheel(GetParam()), test::cpu_ladder());
  const model::Run run = test::measure(plan);
  EXPECT_FALSE(run.fault) << run.fault->what << '\n' << run.output;
  EXPECT_TRUE(run.whole());
  EXPECT_EQ(run.torch_version, GetParam());
  EXPECT_EQ(run.probes.size(), plan.probes.size());
  for (const auto& probe : run.probes)
    EXPECT_EQ(probe.status, model::ProbeStatus::ok) << probe.id << ": " << probe.message;
}

TEST_P(OnVersion, EveryFlagIsSetAndReadBack) {
  const model::Plan plan = test::plan_for(test::wheel(GetParam()), {"arith.exp_f64"});
  const model::Run run = test::measure(plan);
  EXPECT_THAT(run.not_settable, IsEmpty());
  auto expected = plan.flags;
  expected.emplace_back("threads", "1");
  EXPECT_EQ(run.flags, expected);
}

TEST_P(OnVersion, UnderAsIsFlagsAreReadAndNotSet) {
  const model::Plan strict = test::plan_for(test::wheel(GetParam()), {"arith.exp_f64"});
  const model::Run run = test::measure(runner::under(model::Profile::as_is, strict));
  EXPECT_THAT(run.not_settable, IsEmpty());
  const auto flag = [&](std::string_view name) {
    const auto found = std::ranges::find(run.flags, name, &std::pair<std::string, std::string>::first);
    return found == run.flags.end() ? "" : found->second;
  };
  EXPECT_EQ(flag("deterministic-algorithms"), "false");
  EXPECT_EQ(flag("sdp-flash"), "true");
  EXPECT_GE(base::parse_integer(flag("threads")).value_or(0), 1);
}

TEST_P(OnVersion, TheBackendOfDefaultAttentionIsRecorded) {
  const auto strict = test::plan_for(
      test::wheel(GetParam()),
      {"ops.sdpa_default_bf16_d64_l129.causal", "ops.sdpa_default_bf16_d64_l129.full", "blas.mv_f32_1031x257"});
  const model::Run run = test::measure(runner::under(model::Profile::as_is, strict));
  ASSERT_TRUE(run.whole()) << run.output;
  EXPECT_EQ(run.probes[0].choice, "flash");
  EXPECT_EQ(run.probes[1].choice, "flash");
  EXPECT_EQ(run.probes[2].choice, "");
}

/// A call that is refused, and its message, which each version hands over in its own way.
TEST_P(OnVersion, ARefusalTakesOnlyItsOwnProbe) {
  const model::Plan plan = test::plan_for(test::wheel(GetParam()),
                                          {"blas.gemm_f32_16x16x16", "ops.sdpa_cudnn_f16_v2", "blas.mv_f32_1031x257"});
  const model::Run run = test::measure(plan);
  ASSERT_EQ(run.probes.size(), 3U) << run.output;
  EXPECT_EQ(run.probes[0].status, model::ProbeStatus::ok);
  EXPECT_EQ(run.probes[1].status, model::ProbeStatus::unsupported);
  EXPECT_THAT(run.probes[1].message, HasSubstr("kernel")) << "PyTorch's own words";
  EXPECT_EQ(run.probes[2].status, model::ProbeStatus::ok);
}

TEST_P(OnVersion, WhatRunsOnAGpuAloneIsUnsupportedOnTheCpu) {
  const std::vector<std::string> ids{"arith.sass_exp_f32", "arith.gpu_integer_hash", "blas.cublas_sgemm_257x1031x129",
                                     "dnn.cudnn_conv2d_3x3"};
  const model::Run run = test::measure(test::plan_for(test::wheel(GetParam()), ids));
  ASSERT_EQ(run.probes.size(), ids.size()) << run.output;
  for (const auto& probe : run.probes) {
    EXPECT_EQ(probe.status, model::ProbeStatus::unsupported) << probe.id;
    EXPECT_THAT(probe.message, HasSubstr("runs on an NVIDIA GPU alone")) << probe.id;
  }
}

INSTANTIATE_TEST_SUITE_P(Wheels, OnVersion, testing::Values("2.10.0", "2.11.0", "2.15.0"), [](const auto& version) {
  std::string name = version.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(Ladder, AnotherProcessComputesTheSameBits) {
  const model::Run again = test::measure(reference().plan);
  EXPECT_EQ(lines_of(again), lines_of(reference()));
  for (const auto& probe : again.probes) EXPECT_EQ(probe.evidence, reference().probe(probe.id)->evidence) << probe.id;
}

TEST(Ladder, UnitsDoNotFeelWhatRanBefore) {
  std::vector<std::string> backwards;
  const auto& units = recipe::units();
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    for (const auto& output : unit->outputs) {
      if (reference().probe(output.id) != nullptr) backwards.push_back(output.id);
    }
  }
  const model::Run run = test::measure(test::plan_for(test::wheel("2.11.0"), backwards));
  EXPECT_EQ(lines_of(run), lines_of(reference()));
}

TEST(Ladder, AUnitIsRunWholeAndOnlyWhatWasAskedForIsAnswered) {
  const model::Run run = test::measure(test::plan_for(test::wheel("2.11.0"), {"linalg.qr.product"}));
  ASSERT_EQ(run.probes.size(), 1U);
  EXPECT_EQ(run.probes[0].line(), reference().probe("linalg.qr.product")->line());
}

/// A line per probe of every round of one process.
std::vector<std::map<std::string, std::string>> perturbed(const std::vector<std::uint64_t>& seeds) {
  model::Plan plan = reference().plan;
  plan.perturb = seeds;
  const model::Run run = test::measure(plan);
  EXPECT_TRUE(run.whole()) << run.output;
  EXPECT_TRUE(run.probes.empty());
  std::vector<std::map<std::string, std::string>> rounds;
  for (const auto& round : run.rounds) {
    auto& lines = rounds.emplace_back();
    for (const auto& probe : round) lines[probe.id] = probe.line();
  }
  return rounds;
}

TEST(Ladder, RoundsOfOneProcessAreThoseOfTwo) {
  const auto both = perturbed({1, 2});
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0], perturbed({1}).at(0));
  EXPECT_EQ(both[1], perturbed({2}).at(0));
  EXPECT_EQ(lines_of(test::measure(reference().plan)), lines_of(reference())) << "without seeds nothing moves";
}

TEST(Ladder, OneUlpOnEveryInputMovesWhatIsComputedFromFloats) {
  const auto both = perturbed({1, 2});
  const auto& moved = both[0];
  const auto& otherwise = both[1];
  for (const auto& [id, line] : lines_of(reference())) {
    const recipe::Unit& unit = *recipe::find_unit(recipe::find(id)->unit);
    if (unit.inputs.empty()) {
      EXPECT_EQ(moved.at(id), line) << id;  // it only draws
    } else if (unit.family != "rng") {      // a mask does not depend on what it is laid over
      EXPECT_NE(moved.at(id), line) << id;
      EXPECT_NE(moved.at(id), otherwise.at(id)) << id;
    }
  }
}

TEST(Ladder, WholeTensorsAreKeptWhereThePlanSaysSo) {
  model::Plan plan = test::plan_for(test::wheel("2.11.0"), {"blas.gemm_f64_257x1031x129", "rng.randperm_10000"});
  plan.keep_bytes = true;
  std::map<std::string, std::size_t> sizes;
  std::set<std::int64_t> permutation;
  runner::Watch watch;
  watch.tensor = [&](const std::string& probe, std::span<const std::byte> bytes) {
    sizes[probe] = bytes.size();
    if (probe != "rng.randperm_10000") return;
    std::vector<std::int64_t> elements(bytes.size() / sizeof(std::int64_t));
    std::memcpy(elements.data(), bytes.data(), bytes.size());
    permutation.insert(elements.begin(), elements.end());
  };
  const model::Run run = test::measure(plan, watch);
  EXPECT_TRUE(run.whole()) << run.output;
  EXPECT_EQ(sizes["blas.gemm_f64_257x1031x129"], 257U * 129U * 8U);
  EXPECT_EQ(permutation.size(), 10'000U);
  EXPECT_EQ(*permutation.rbegin(), 9'999);
}

TEST(Ladder, AProbeOfAnotherRecipeFailsByName) {
  const model::Run run = test::measure(test::plan_for(test::wheel("2.11.0"), {"blas.gemm_of_tomorrow"}));
  ASSERT_EQ(run.probes.size(), 1U);
  EXPECT_EQ(run.probes[0].status, model::ProbeStatus::failed);
  EXPECT_THAT(run.probes[0].message, HasSubstr("no such probe"));
}

TEST(Ladder, WhatPyTorchPrintsReachesTheReport) {
  const model::Run run =
      test::measure(test::plan_for(test::wheel("2.11.0"), {"dnn.conv2d_3x3.forward"}), {}, {{"ONEDNN_VERBOSE", "1"}});
  EXPECT_THAT(run.output, HasSubstr("onednn_verbose"));
}

}  // namespace
}  // namespace envguard::engine
