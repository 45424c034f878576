#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/next.hpp"
#include "compare/outcome.hpp"

namespace envguard::compare {
namespace not_measured_locks {
namespace {

using base::ExitCode;
using model::Outcome;

const model::GpuKey h200{"NVIDIA H200", "9.0", 132};

model::Baseline locked() {
  model::Baseline baseline;
  baseline.lock.environment = "train";
  baseline.lock.target = "h200";
  baseline.lock.key = h200;
  baseline.lock.versions = {{"torch", "2.11.0+cu130"}};
  return baseline;
}

model::Observed with_torch(const std::string& version) {
  model::Observed observed;
  observed.install.emplace().version = version;
  observed.components = {{"torch", version, {}}};
  observed.gpu = h200;
  return observed;
}

model::Judgement busy(const model::Observed& observed) {
  return not_measured(locked(), {}, observed, Outcome::gpu_busy, "GPU 0 is busy", "wait");
}

TEST(NotMeasured, WhatIsKnownAllTheSameCounts) {
  const auto judgement = busy(with_torch("2.15.0+cu132"));
  EXPECT_EQ(judgement.outcome, Outcome::gpu_busy);
  EXPECT_EQ(judgement.exit_code, ExitCode::version_drift);
  ASSERT_EQ(judgement.differences.size(), 1U);
  EXPECT_EQ(judgement.differences[0].name, "torch");
  EXPECT_EQ(judgement.what, "GPU 0 is busy");
  EXPECT_EQ(judgement.next, "wait");
  EXPECT_FALSE(judgement.accept.empty());
  EXPECT_EQ(settle(judgement, {}, Context::commit, "2026-11-30").exit_code, ExitCode::version_drift)
      << "busy-gpu lets what was not judged pass, not what was proven";
}

TEST(NotMeasured, WithoutADifferenceItIsWhatTheOutcomeSays) {
  const auto judgement = busy(with_torch("2.11.0+cu130"));
  EXPECT_EQ(judgement.exit_code, ExitCode::not_judged);
  EXPECT_TRUE(judgement.differences.empty());
  EXPECT_EQ(settle(judgement, {}, Context::commit, "2026-11-30").exit_code, ExitCode::match);
}

TEST(NotMeasured, NothingIsComparedOnOtherHardwareOrWithoutPyTorch) {
  auto other = with_torch("2.15.0+cu132");
  other.gpu.reset();
  EXPECT_TRUE(busy(other).differences.empty());
  auto none = with_torch("2.15.0+cu132");
  none.install.reset();
  EXPECT_TRUE(busy(none).differences.empty());
  EXPECT_EQ(busy(none).exit_code, ExitCode::not_judged);
}

}  // namespace
}  // namespace not_measured_locks
}  // namespace envguard::compare
