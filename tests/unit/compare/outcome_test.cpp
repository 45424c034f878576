#include "compare/outcome.hpp"

#include <gtest/gtest.h>

namespace envguard::compare {
namespace {

using base::ExitCode;
using model::Outcome;
using model::Response;

constexpr auto settled_on = "2026-11-23";

model::Judgement found(Outcome outcome, bool version_blocks = false) {
  model::Judgement judgement;
  judgement.outcome = outcome;
  if (outcome == Outcome::numeric_drift) judgement.moved = {{"blas.mv_f32", "a", "b"}};
  if (version_blocks) {
    judgement.differences = {
        {model::Difference::Kind::version, "torch", "1", "2", model::Difference::Weight::blocks, "locked"}};
  }
  return judgement;
}

ExitCode code(Outcome outcome, Context context, const model::Policy& policy = {}, bool version_blocks = false) {
  return settle(found(outcome, version_blocks), policy, context, settled_on).exit_code;
}

TEST(Settle, ByHandEveryOutcomeHasItsOwnCode) {
  const std::vector<std::pair<Outcome, int>> codes{{Outcome::match, 0},        {Outcome::version_drift, 1},
                                                   {Outcome::usage, 2},        {Outcome::lock_unreadable, 3},
                                                   {Outcome::not_locked, 4},   {Outcome::no_torch, 4},
                                                   {Outcome::no_gpu, 4},       {Outcome::gpu_busy, 4},
                                                   {Outcome::untrusted, 5},    {Outcome::could_not_measure, 6},
                                                   {Outcome::unstable, 7},     {Outcome::transient, 7},
                                                   {Outcome::numeric_drift, 8}};
  for (const auto& [outcome, expected] : codes) {
    EXPECT_EQ(static_cast<int>(code(outcome, Context::by_hand)), expected) << model::name(outcome);
    EXPECT_FALSE(settle(found(outcome), {}, Context::by_hand, settled_on).response);
  }
}

TEST(Settle, ACommitIsNotHeldUpByWhatIsNobodysFault) {
  EXPECT_EQ(code(Outcome::no_torch, Context::commit), ExitCode::match);
  EXPECT_EQ(code(Outcome::no_gpu, Context::commit), ExitCode::match);
  EXPECT_EQ(code(Outcome::not_locked, Context::commit), ExitCode::match);
  EXPECT_EQ(code(Outcome::transient, Context::commit), ExitCode::match);
  EXPECT_EQ(code(Outcome::gpu_busy, Context::commit), ExitCode::match);
  EXPECT_EQ(code(Outcome::could_not_measure, Context::commit), ExitCode::could_not_measure);
  EXPECT_EQ(settle(found(Outcome::no_torch), {}, Context::commit, settled_on).response, Response::pass);
  EXPECT_EQ(settle(found(Outcome::not_locked), {}, Context::commit, settled_on).response, Response::warn);
  EXPECT_EQ(settle(found(Outcome::gpu_busy), {}, Context::commit, settled_on).response, Response::warn);
}

TEST(Settle, InCiEverythingFailsUnlessThePolicySaysOtherwise) {
  EXPECT_EQ(code(Outcome::no_torch, Context::ci), ExitCode::not_judged);
  EXPECT_EQ(code(Outcome::no_gpu, Context::ci), ExitCode::not_judged);
  EXPECT_EQ(code(Outcome::gpu_busy, Context::ci), ExitCode::not_judged);
  EXPECT_EQ(code(Outcome::transient, Context::ci), ExitCode::unstable);
  model::Policy policy;
  policy.ci.no_gpu = Response::warn;
  EXPECT_EQ(code(Outcome::no_gpu, Context::ci, policy), ExitCode::match);
}

TEST(Settle, NoPolicyLetsADriftOrAnUnstableMachinePassAsNobodysFault) {
  model::Policy lenient;
  lenient.commit = {Response::pass, Response::pass, Response::pass, Response::pass, Response::pass};
  for (const auto outcome : {Outcome::numeric_drift, Outcome::unstable, Outcome::version_drift, Outcome::untrusted,
                             Outcome::lock_unreadable, Outcome::usage}) {
    EXPECT_NE(code(outcome, Context::commit, lenient), ExitCode::match) << model::name(outcome);
  }
}

/// A match of 105 probes, of which 41 are unsupported on both sides.
model::Judgement match_of_64() {
  auto judgement = found(Outcome::match);
  judgement.target = "cpu";
  judgement.runs = 1;
  judgement.layers = {{"blas", 0, 60}, {"ops", 0, 45}};
  judgement.unsupported = 41;
  return judgement;
}

TEST(Settle, FewerComputedProbesThanThePolicyAsksForAreNoMatchForAnybody) {
  model::Policy policy;
  policy.commit = {Response::pass, Response::pass, Response::pass, Response::pass, Response::pass, Response::pass};
  policy.ci = policy.commit;
  policy.least_computed = 65;
  for (const auto context : {Context::by_hand, Context::commit, Context::ci}) {
    const auto judgement = settle(match_of_64(), policy, context, settled_on);
    EXPECT_EQ(judgement.outcome, Outcome::too_few_computed);
    EXPECT_EQ(judgement.exit_code, ExitCode::not_judged);
    EXPECT_EQ(judgement.what,
              "the policy asks for at least 65 probes that are computed equal (least-computed), and there are 64: 41 "
              "unsupported and 0 not deterministic on both sides, 0 quarantined");
    EXPECT_FALSE(judgement.next.empty());
  }
  policy.least_computed = 64;
  EXPECT_EQ(settle(match_of_64(), policy, Context::ci, settled_on).exit_code, ExitCode::match);
}

TEST(Settle, ADriftThatMayPassNeedsAsManyComputedProbes) {
  auto drift = match_of_64();
  drift.outcome = Outcome::numeric_drift;
  drift.moved = {{"blas.mv_f32", "a", "b"}};
  drift.layers.front().moved = 1;
  model::Policy policy;
  policy.fail_on = model::FailOn::never;
  policy.least_computed = 64;
  const auto judgement = settle(drift, policy, Context::by_hand, settled_on);
  EXPECT_EQ(judgement.outcome, Outcome::too_few_computed);
  EXPECT_EQ(judgement.exit_code, ExitCode::not_judged);
  EXPECT_FALSE(judgement.response);
  policy.fail_on = model::FailOn::any_bit;
  EXPECT_EQ(settle(drift, policy, Context::by_hand, settled_on).exit_code, ExitCode::numeric_drift);
}

TEST(Settle, AVersionDriftStaysOneWhateverWasComputed) {
  auto judgement = match_of_64();
  judgement.outcome = Outcome::version_drift;
  judgement.differences = found(Outcome::version_drift, true).differences;
  model::Policy policy;
  policy.least_computed = 90;
  EXPECT_EQ(settle(judgement, policy, Context::ci, settled_on).exit_code, ExitCode::version_drift);
}

TEST(Settle, WhatThePolicyLetsPassIsSaidInEveryVerdictThatCompared) {
  model::Policy policy;
  EXPECT_TRUE(settle(match_of_64(), policy, Context::ci, settled_on).notes.empty());
  policy.fail_on = model::FailOn::precision;
  policy.least_computed = 60;
  policy.allow = {{"ops.exp_f32", "cpu", model::DriftClass::rounding, "r", "2027-02-01"},
                  {"ops.sin_f32", "another", model::DriftClass::rounding, "r", "2027-02-01"},
                  {"ops.log_f32", "cpu", model::DriftClass::rounding, "r", "2026-01-01"}};
  const std::vector<std::string> said{"the policy lets changes of the class rounding pass (fail-on = \"precision\")",
                                      "the policy lets ops.exp_f32 change up to the class rounding until 2027-02-01",
                                      "the policy asks for 60 probes that are computed equal (least-computed)"};
  for (const auto context : {Context::by_hand, Context::commit, Context::ci})
    EXPECT_EQ(settle(match_of_64(), policy, context, settled_on).notes, said);
  auto unread = match_of_64();
  unread.outcome = Outcome::lock_unreadable;
  EXPECT_TRUE(settle(unread, policy, Context::ci, settled_on).notes.empty()) << "nothing was compared";
}

TEST(Settle, FailOnNeverReportsADriftAndFailsOnlyForVersions) {
  model::Policy policy;
  policy.fail_on = model::FailOn::never;
  EXPECT_EQ(code(Outcome::numeric_drift, Context::commit, policy), ExitCode::match);
  EXPECT_EQ(code(Outcome::numeric_drift, Context::by_hand, policy), ExitCode::match);
  EXPECT_EQ(code(Outcome::numeric_drift, Context::by_hand, policy, true), ExitCode::version_drift);
  EXPECT_EQ(code(Outcome::unstable, Context::by_hand, policy), ExitCode::unstable);
}

TEST(Settle, ADriftThatMayPassHidesNothingThatWobbles) {
  model::Policy policy;
  policy.fail_on = model::FailOn::never;
  for (const bool of_as_is : {false, true}) {
    auto drift = found(Outcome::numeric_drift);
    model::Numerics& wobbling = of_as_is ? drift.as_is.emplace() : drift;
    wobbling.transient = {"ops.exp_f32"};
    EXPECT_EQ(settle(drift, policy, Context::by_hand, settled_on).exit_code, ExitCode::unstable);
    EXPECT_EQ(settle(drift, policy, Context::ci, settled_on).exit_code, ExitCode::unstable);
    EXPECT_EQ(settle(drift, policy, Context::commit, settled_on).exit_code, ExitCode::match) << "as a transient alone";
    wobbling.unstable = {"ops.log_f32"};
    EXPECT_EQ(settle(drift, policy, Context::commit, settled_on).exit_code, ExitCode::unstable);
  }
}

TEST(Settle, AVersionDriftCountsBesideWhatThePolicyLetsPass) {
  EXPECT_EQ(code(Outcome::transient, Context::commit, {}, true), ExitCode::version_drift);
  EXPECT_EQ(code(Outcome::could_not_measure, Context::by_hand, {}, true), ExitCode::version_drift);
  EXPECT_EQ(code(Outcome::numeric_drift, Context::by_hand, {}, true), ExitCode::numeric_drift);
}

model::Verdict verdict(const std::vector<Outcome>& outcomes, Context context = Context::by_hand) {
  std::vector<model::Judgement> judgements;
  for (const auto outcome : outcomes) judgements.push_back(settle(found(outcome), {}, context, settled_on));
  return combine(std::move(judgements), {});
}

TEST(Combine, TheFirstOfTheOrderSpeaks) {
  EXPECT_EQ(verdict({Outcome::match, Outcome::version_drift, Outcome::unstable}).exit_code, ExitCode::unstable);
  EXPECT_EQ(verdict({Outcome::unstable, Outcome::numeric_drift}).outcome, Outcome::numeric_drift);
  EXPECT_EQ(verdict({Outcome::not_locked, Outcome::could_not_measure}).outcome, Outcome::could_not_measure);
  EXPECT_EQ(verdict({Outcome::could_not_measure, Outcome::version_drift}).outcome, Outcome::version_drift);
}

TEST(Combine, NothingJudgedIsNeverAMatch) {
  EXPECT_EQ(verdict({}).exit_code, ExitCode::not_judged);
  EXPECT_NE(verdict({}).outcome, Outcome::match);
}

TEST(Combine, AMatchDoesNotHideWhatThePolicyLetPass) {
  const auto both = verdict({Outcome::match, Outcome::no_gpu}, Context::commit);
  EXPECT_EQ(both.exit_code, ExitCode::match);
  EXPECT_EQ(both.outcome, Outcome::no_gpu);
}

TEST(Combine, AVersionDriftThatDecidesGivesTheVerdictItsName) {
  const auto judgement = settle(found(Outcome::transient, true), {}, Context::commit, settled_on);
  EXPECT_EQ(combine({judgement}, {}).outcome, Outcome::version_drift);
}

TEST(Combine, PutsTheGpuFirstAndDropsNotes) {
  auto gpu = found(Outcome::match);
  gpu.device.kind = model::DeviceKind::cuda;
  const auto both = combine({found(Outcome::match), gpu}, {{}, {model::Finding::Severity::warning, "x", {}, {}, {}}});
  EXPECT_EQ(both.judgements.front().device.kind, model::DeviceKind::cuda);
  ASSERT_EQ(both.findings.size(), 1U);
  EXPECT_EQ(both.findings.front().id, "x");
}

TEST(JudgementOf, KeepsCodePlaceAndNextStep) {
  const auto error = base::Error(ExitCode::untrusted, "tracked by git", "untrack it").at(".venv");
  const auto judgement = judgement_of(error, "train", "cpu");
  EXPECT_EQ(judgement.outcome, Outcome::untrusted);
  EXPECT_EQ(judgement.exit_code, ExitCode::untrusted);
  EXPECT_EQ(judgement.what, ".venv: tracked by git");
  EXPECT_EQ(judgement.next, "untrack it");
}

}  // namespace
}  // namespace envguard::compare
