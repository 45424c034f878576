#include "compare/require_gpu.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/outcome.hpp"

namespace envguard::compare {
namespace {

using base::ExitCode;
using model::Outcome;

model::Judgement settled(Outcome outcome, model::DeviceKind device) {
  model::Judgement judgement;
  judgement.outcome = outcome;
  judgement.device.kind = device;
  model::Policy lenient;
  lenient.ci = {};
  lenient.ci.could_not_measure = model::Response::pass;
  return settle(judgement, lenient, Context::ci, "2026-11-23");
}

std::vector<model::Judgement> required(std::vector<model::Judgement> judgements) {
  return require_gpu(combine(std::move(judgements), {})).judgements;
}

TEST(RequireGpu, WinsOverAPolicyThatLetsItPass) {
  for (const auto outcome : {Outcome::no_gpu, Outcome::gpu_busy, Outcome::no_torch, Outcome::not_locked}) {
    const auto lenient = settled(outcome, model::DeviceKind::cuda);
    ASSERT_EQ(lenient.exit_code, ExitCode::match) << model::name(outcome);
    const auto judged = required({lenient});
    ASSERT_EQ(judged.size(), 1U);
    EXPECT_EQ(judged[0].exit_code, ExitCode::not_judged) << model::name(outcome);
    EXPECT_FALSE(judged[0].response);
  }
}

TEST(RequireGpu, WhatCouldNotBeMeasuredThereIsNoPass) {
  const auto lenient = settled(Outcome::could_not_measure, model::DeviceKind::cuda);
  ASSERT_EQ(lenient.exit_code, ExitCode::match);
  const auto judged = required({lenient});
  EXPECT_EQ(judged[0].exit_code, ExitCode::could_not_measure);
  EXPECT_FALSE(judged[0].response);
}

TEST(RequireGpu, AMatchOfTheCpuDoesNotStandForTheGpu) {
  const auto verdict = require_gpu(combine({settled(Outcome::match, model::DeviceKind::cpu)}, {}));
  ASSERT_EQ(verdict.judgements.size(), 2U);
  EXPECT_EQ(verdict.judgements[0].outcome, Outcome::no_gpu) << "GPU first";
  EXPECT_EQ(verdict.judgements[0].exit_code, ExitCode::not_judged);
  EXPECT_EQ(verdict.judgements[1].exit_code, ExitCode::match);
  EXPECT_EQ(verdict.exit_code, ExitCode::not_judged);
}

TEST(RequireGpu, OneEnvironmentWithoutAnyIsNoLossBesideOneThatWasJudgedOnAGpu) {
  const auto judged =
      required({settled(Outcome::match, model::DeviceKind::cuda), settled(Outcome::match, model::DeviceKind::cpu)});
  EXPECT_EQ(judged.size(), 2U);
}

TEST(RequireGpu, LeavesAJudgedGpuAlone) {
  for (const auto outcome : {Outcome::match, Outcome::numeric_drift, Outcome::unstable}) {
    const auto before = settled(outcome, model::DeviceKind::cuda);
    const auto judged = required({before});
    ASSERT_EQ(judged.size(), 1U);
    EXPECT_EQ(judged[0].exit_code, before.exit_code);
  }
}

}  // namespace
}  // namespace envguard::compare
