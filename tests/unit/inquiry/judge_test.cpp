#include "inquiry/judge.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.hpp"

namespace envguard::inquiry {
namespace {

using base::ExitCode;
using model::Outcome;
using test::baseline;
using test::machine;
using test::Row;
using test::TableLaboratory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto knob = "ONEDNN_MAX_CPU_ISA";

model::Observed with_knob(const std::string& name, const std::string& value) {
  auto observed = machine();
  observed.knobs = {{name, value}};
  return observed;
}

const model::Difference* find(const model::Judgement& judgement, const std::string& name) {
  const auto found = std::ranges::find(judgement.differences, name, &model::Difference::name);
  return found == judgement.differences.end() ? nullptr : &*found;
}

TEST(Judge, OneRunIsEnoughForAMatch) {
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  EXPECT_EQ(judgement.exit_code, ExitCode::match);
  EXPECT_EQ(laboratory.processes, 1);
  EXPECT_EQ(judgement.id, judgement.locked_id);
  EXPECT_THAT(judgement.differences, IsEmpty());
}

TEST(Judge, TwoRunsAreTheWholeLadderInTheSameOrder) {
  TableLaboratory laboratory({{{}, 0, "dnn", "other"}});
  (void)judge(baseline(), {}, machine(), laboratory);
  ASSERT_EQ(laboratory.asked.size(), 3U);
  EXPECT_EQ(laboratory.asked[0], test::whole());
  EXPECT_EQ(laboratory.asked[1], test::whole());
}

TEST(Judge, ADriftRepeatsThenAKnobIsPutBackAndTheLowestLayerIsNamed) {
  TableLaboratory laboratory(
      {{"ONEDNN_MAX_CPU_ISA=SSE41", 0, "train", "x"}, {"ONEDNN_MAX_CPU_ISA=SSE41", 0, "dnn", "x"}}, {{knob, "SSE41"}});
  const auto judgement = judge(baseline(), {}, with_knob(knob, "SSE41"), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_EQ(judgement.exit_code, ExitCode::numeric_drift);
  EXPECT_EQ(judgement.runs, 3);
  EXPECT_EQ(laboratory.processes, 4);
  EXPECT_EQ(model::layer_of(judgement.moved.front().id), "dnn");
  EXPECT_THAT(judgement.undo, ElementsAre("unset ONEDNN_MAX_CPU_ISA"));
  EXPECT_EQ(judgement.accept, "envguard lock --environment train --target cpu-amd-25-1 --reason \"…\"");
  ASSERT_NE(find(judgement, knob), nullptr);
  EXPECT_EQ(find(judgement, knob)->weight, model::Difference::Weight::note);
  for (const auto& layer : judgement.layers) {
    EXPECT_EQ(layer.moved, layer.layer == "dnn" || layer.layer == "train" ? layer.of : 0) << layer.layer;
  }
}

TEST(Judge, AKnobThatStrictReplacesIsOverridden) {
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, with_knob("MKL_NUM_THREADS", "2"), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  ASSERT_NE(find(judgement, "MKL_NUM_THREADS"), nullptr);
  EXPECT_EQ(find(judgement, "MKL_NUM_THREADS")->weight, model::Difference::Weight::overridden);
}

TEST(Judge, AnOverriddenKnobIsNotWhatADriftGoesWith) {
  TableLaboratory laboratory({{{}, 0, "blas", "x"}});
  const auto judgement = judge(baseline(), {}, with_knob("MKL_NUM_THREADS", "2"), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_EQ(laboratory.processes, 3);
  EXPECT_THAT(judgement.what, HasSubstr("nothing that the lock records differs"));
  EXPECT_THAT(judgement.undo, IsEmpty());
}

TEST(Judge, ADeviceChoiceIsNoKnobOfALock) {
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, with_knob("CUDA_VISIBLE_DEVICES", "1"), laboratory);
  EXPECT_THAT(judgement.differences, IsEmpty());
}

TEST(Judge, VersionDriftSaysThatEveryProbeIsIdenticalAndStaysExit1) {
  auto observed = machine();
  test::set(observed, "torch", "2.15.0+cu132");
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::version_drift);
  EXPECT_EQ(judgement.exit_code, ExitCode::version_drift);
  EXPECT_THAT(judgement.moved, IsEmpty());
  EXPECT_FALSE(judgement.layers.empty());
  EXPECT_THAT(judgement.undo,
              ElementsAre("pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu130"));
  EXPECT_FALSE(judgement.accept.empty());
}

TEST(Judge, NumericDriftOutranksVersionDriftAndKeepsBoth) {
  auto observed = machine();
  test::set(observed, "torch", "2.10.0+cu130");
  TableLaboratory laboratory({{{}, 0, "linalg", "x"}});
  const auto judgement = judge(baseline(), {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  EXPECT_EQ(judgement.exit_code, ExitCode::numeric_drift);
  ASSERT_NE(find(judgement, "torch"), nullptr);
  EXPECT_EQ(find(judgement, "torch")->weight, model::Difference::Weight::blocks);
}

TEST(Judge, AVersionThatNobodyNamedIsANote) {
  auto observed = machine();
  test::set(observed, "numpy", "2.4.0");
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  ASSERT_NE(find(judgement, "numpy"), nullptr);
  EXPECT_EQ(find(judgement, "numpy")->weight, model::Difference::Weight::note);
}

TEST(Judge, TheKernelAndACpuLocksDriverAreNotCompared) {
  auto observed = machine();
  test::set(observed, "kernel", "6.12.0");
  test::set(observed, "driver", "590.00");
  TableLaboratory laboratory;
  EXPECT_THAT(judge(baseline(), {}, observed, laboratory).differences, IsEmpty());
}

TEST(Judge, ASpecifierIsAskedOfWhatIsHereEvenWhereTheLockAgrees) {
  model::Policy policy;
  policy.versions = {{"numpy", ">=2.4"}};
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), policy, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::version_drift);
  ASSERT_NE(find(judgement, "numpy"), nullptr);
  EXPECT_EQ(find(judgement, "numpy")->rule, ">=2.4");
  EXPECT_THAT(judgement.accept, IsEmpty());  // a relock would not mend it
  EXPECT_THAT(judgement.notes, ElementsAre(HasSubstr("numpy >=2.4")));
}

TEST(Judge, AnExcusedVersionPassesOnlyWhileEveryProbeIsIdentical) {
  model::Policy policy;
  policy.excuse_if_identical = {"torch"};
  auto observed = machine();
  test::set(observed, "torch", "2.15.0+cu132");
  TableLaboratory same;
  const auto excused = judge(baseline(), policy, observed, same);
  EXPECT_EQ(excused.outcome, Outcome::match);
  EXPECT_EQ(find(excused, "torch")->weight, model::Difference::Weight::excused);
  TableLaboratory moved({{{}, 0, "linalg", "x"}});
  const auto blocked = judge(baseline(), policy, observed, moved);
  EXPECT_EQ(blocked.outcome, Outcome::numeric_drift);
  EXPECT_EQ(find(blocked, "torch")->weight, model::Difference::Weight::blocks);
}

TEST(Judge, WhatTheEngineLoadedCountsWhereItContradictsTheInstall) {
  TableLaboratory agrees;
  agrees.loaded = {{"cudnn", "9.19.0", "cudnnGetVersion"}};
  EXPECT_EQ(judge(baseline(), {}, machine(), agrees).outcome, Outcome::match);
  TableLaboratory contradicts;
  contradicts.loaded = {{"cudnn", "9.1.0", "cudnnGetVersion"}};
  const auto judgement = judge(baseline(), {}, machine(), contradicts);
  EXPECT_EQ(judgement.outcome, Outcome::version_drift);
  EXPECT_EQ(find(judgement, "cudnn")->here, "9.1.0");
}

TEST(Judge, OtherCacheSizesAreSaidInsteadOfHardware) {
  auto observed = machine();
  observed.caches = {{"l1d", "32 KiB"}, {"l2", "512 KiB"}};
  TableLaboratory moved({{{}, 0, "dnn", "x"}});
  EXPECT_THAT(judge(baseline(), {}, observed, moved).what, HasSubstr("cache sizes"));
  TableLaboratory same;
  EXPECT_EQ(judge(baseline(), {}, observed, same).outcome, Outcome::match);
}

// Judging itself first. Rows name the process in which the bits are others.

TEST(Judge, TransientWhereFourRerunsMatch) {
  TableLaboratory laboratory({{{}, 1, "blas", "flipped"}});
  const auto judgement = judge(baseline(), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::transient);
  EXPECT_EQ(judgement.exit_code, ExitCode::unstable);
  EXPECT_EQ(laboratory.processes, 5);
  EXPECT_THAT(judgement.what, HasSubstr("possible silent data corruption"));
}

TEST(Judge, UnstableWhereARerunAfterTheLockedBitsDiffersAgain) {
  for (const int again : {3, 4, 5}) {
    TableLaboratory laboratory({{{}, 1, "blas", "flipped"}, {{}, again, "blas", "flipped"}});
    const auto judgement = judge(baseline(), {}, machine(), laboratory);
    EXPECT_EQ(judgement.outcome, Outcome::unstable) << again;
    EXPECT_EQ(laboratory.processes, again);
    EXPECT_EQ(judgement.distinct_results, 2);
  }
}

TEST(Judge, ARunThatComesBackToTheLockAfterTwoEqualOnesIsUnstable) {
  TableLaboratory laboratory({{{}, 1, "blas", "x"}, {{}, 2, "blas", "x"}});
  EXPECT_EQ(judge(baseline(), {}, machine(), laboratory).outcome, Outcome::unstable);
  EXPECT_EQ(laboratory.processes, 4);
}

TEST(Judge, UnstableCountsDistinctResultsOverFourRuns) {
  TableLaboratory laboratory({{{}, 1, "blas", "a"}, {{}, 2, "blas", "b"}, {{}, 3, "blas", "c"}, {{}, 4, "blas", "a"}});
  const auto judgement = judge(baseline(), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::unstable);
  EXPECT_EQ(judgement.exit_code, ExitCode::unstable);
  EXPECT_EQ(laboratory.processes, 4);
  EXPECT_EQ(judgement.distinct_results, 3);
}

// What cannot be measured is never a match.

TEST(Judge, AFaultIsCouldNotMeasure) {
  TableLaboratory laboratory;
  laboratory.faulty_process = 1;
  const auto judgement = judge(baseline(), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::could_not_measure);
  EXPECT_EQ(judgement.exit_code, ExitCode::could_not_measure);
  EXPECT_EQ(judgement.what, "the engine died of SIGSEGV");
}

TEST(Judge, AFailedOrMissingProbeIsCouldNotMeasure) {
  for (const auto* how : {"failed", "gone"}) {
    const auto id = recipe::probes(model::DeviceKind::cpu).back();
    TableLaboratory laboratory({{{}, 0, id, how}});
    const auto judgement = judge(baseline(), {}, machine(), laboratory);
    EXPECT_EQ(judgement.outcome, Outcome::could_not_measure) << how;
    EXPECT_THAT(judgement.what, HasSubstr(id));
  }
}

TEST(Judge, AFaultInARerunKeepsWhatTheFirstRunShowed) {
  TableLaboratory laboratory({{{}, 0, "blas", "x"}});
  laboratory.faulty_process = 2;
  const auto judgement = judge(baseline(), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::could_not_measure);
  EXPECT_FALSE(judgement.moved.empty());
  ASSERT_FALSE(judgement.notes.empty());
  EXPECT_THAT(judgement.notes.back(), HasSubstr("not confirmed"));
}

TEST(Judge, AProvenVersionDriftOutranksAFault) {
  auto observed = machine();
  test::set(observed, "torch", "2.15.0+cu132");
  TableLaboratory laboratory;
  laboratory.faulty_process = 1;
  const auto judgement = judge(baseline(), {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::could_not_measure);
  EXPECT_EQ(judgement.exit_code, ExitCode::version_drift);
}

TEST(Judge, ABudgetThatRunsOutIsCouldNotMeasure) {
  for (const Budget budget : {Budget{2, 1000}, Budget{100, 2}}) {
    TableLaboratory laboratory({{{}, 0, "blas", "x"}});
    laboratory.allowed = budget;
    const auto judgement = judge(baseline(), {}, machine(), laboratory);
    EXPECT_EQ(judgement.outcome, Outcome::could_not_measure);
    EXPECT_EQ(laboratory.processes, 2);
    EXPECT_FALSE(judgement.moved.empty());
  }
}

TEST(Judge, QuarantinedProbesAreRunCountedAndNeverJudged) {
  const auto id = recipe::probes(model::DeviceKind::cpu).front();
  TableLaboratory laboratory({{{}, 1, id, "wobble"}});
  const auto judgement = judge(baseline(machine(), {id}), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  EXPECT_THAT(judgement.quarantined, ElementsAre(id));
  EXPECT_THAT(laboratory.asked.front().probes, testing::Contains(id));
  TableLaboratory failing({{{}, 0, id, "failed"}});
  EXPECT_EQ(judge(baseline(machine(), {id}), {}, machine(), failing).outcome, Outcome::match);
}

TEST(Judge, AStatusIsComparedLikeAHash) {
  const auto id = recipe::probes(model::DeviceKind::cpu).back();
  TableLaboratory laboratory({{{}, 0, id, "unsupported"}});
  const auto judgement = judge(baseline(), {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::numeric_drift);
  ASSERT_EQ(judgement.moved.size(), 1U);
  EXPECT_EQ(judgement.moved.front().here, "unsupported");
}

// What cannot be judged is not measured.

/// Machine code that a driver is too old to start says nothing of the GPU, whichever side lacks its result.
TEST(Judge, WhatIsEqualAndNotComputedIsCountedApart) {
  auto locked = baseline();
  const std::vector<Row> rows{{{}, 0, "ops", "unsupported"}, {{}, 0, test::conv, "not-deterministic"}};
  int ops = 0;
  for (auto& [id, line] : locked.lock.strict) {
    if (id.starts_with("ops")) {
      line = "unsupported";
      ++ops;
    }
    if (id == test::conv) line = "not-deterministic";
  }
  TableLaboratory laboratory(rows);
  const auto judgement = judge(locked, {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  EXPECT_EQ(judgement.unsupported, ops);
  EXPECT_EQ(judgement.not_deterministic, 1);
  EXPECT_EQ(judgement.identical(), static_cast<int>(locked.lock.strict.size()) - ops - 1);
  TableLaboratory computes_all;
  const auto drift = judge(locked, {}, machine(), computes_all);
  EXPECT_EQ(drift.outcome, Outcome::numeric_drift);
  EXPECT_EQ(drift.unsupported, 0) << "a status that only the lock has is a difference";
  EXPECT_EQ(drift.identical(), static_cast<int>(locked.lock.strict.size()) - ops - 1);
}

TEST(Judge, ALockOfAnOlderFormIsJudgedAndSaidToBeSo) {
  auto locked = baseline();
  locked.lock.schema = 1;
  TableLaboratory laboratory;
  const auto judgement = judge(locked, {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  EXPECT_THAT(judgement.notes, testing::Contains(HasSubstr("written by an older envguard: nothing seals its lines")));
}

TEST(Judge, EmbeddedCodeThatOneSideCannotStartIsNotJudged) {
  if (!recipe::has_embedded_sass()) GTEST_SKIP() << "built without nvcc: no probe is of embedded machine code";
  constexpr auto sass = "arith.sass_";
  auto observed = machine();
  observed.gpu = model::GpuKey{"NVIDIA H100 80GB HBM3", "9.0", 132, {}};
  const auto judged = [&](const std::vector<Row>& locked, const std::vector<Row>& here) {
    TableLaboratory then(locked), now(here);
    then.device = now.device = {model::DeviceKind::cuda, 0};
    auto question = test::question();
    question.device = then.device;
    model::Baseline baseline;
    const auto run = then.measure({recipe::probes(model::DeviceKind::cuda)});
    baseline.lock = compare::lock_of(observed, {}, run, nullptr, question, {});
    return judge(baseline, {}, observed, now);
  };
  const std::vector<Row> computes, too_old{{{}, 0, sass, "unsupported"}}, other{{{}, 0, sass, "x"}};
  const auto newer = judged(too_old, computes);
  EXPECT_EQ(newer.outcome, Outcome::match);
  EXPECT_EQ(newer.only_here.size(), 15U);
  const auto older = judged(computes, too_old);
  EXPECT_EQ(older.outcome, Outcome::match);
  EXPECT_EQ(older.only_in_lock.size(), 15U);
  EXPECT_EQ(judged(too_old, too_old).outcome, Outcome::match);
  EXPECT_EQ(judged(computes, other).outcome, Outcome::numeric_drift);
}

TEST(Judge, AnotherKeyIsNeverCompared) {
  auto observed = machine();
  observed.cpu.model = 97;
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::not_locked);
  EXPECT_EQ(judgement.exit_code, ExitCode::not_judged);
  EXPECT_EQ(laboratory.processes, 0);
  EXPECT_THAT(judgement.what, HasSubstr("model 97"));
  EXPECT_THAT(judgement.what, HasSubstr("model 1,"));
  EXPECT_EQ(judgement.accept, "envguard lock --environment train --target cpu-amd-25-97");
}

TEST(Judge, NoTorchAndNoGpuAreNotJudged) {
  auto observed = machine();
  observed.install.reset();
  observed.passed_over = {"VIRTUAL_ENV=/x: no torch"};
  TableLaboratory laboratory;
  const auto judgement = judge(baseline(), {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::no_torch);
  EXPECT_THAT(judgement.notes, ElementsAre("VIRTUAL_ENV=/x: no torch"));
  auto gpu = baseline();
  gpu.lock.key = model::GpuKey{"NVIDIA H200", "9.0", 132};
  EXPECT_EQ(judge(gpu, {}, machine(), laboratory).outcome, Outcome::no_gpu);
  EXPECT_EQ(laboratory.processes, 0);
}

TEST(Judge, ARunOnAnotherGpuIsNeverAMatch) {
  auto observed = machine();
  observed.gpu = model::GpuKey{"NVIDIA H200", "9.0", 132};
  auto lock = baseline();
  lock.lock.key = *observed.gpu;
  class OtherGpu : public TableLaboratory {
   public:
    model::Run measure(const compare::Measure& wanted) override {
      auto run = TableLaboratory::measure(wanted);
      run.gpu = model::GpuKey{"NVIDIA L4", "8.9", 58};
      return run;
    }
  } laboratory;
  const auto judgement = judge(lock, {}, observed, laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::could_not_measure);
  EXPECT_THAT(judgement.what, HasSubstr("NVIDIA L4"));
}

TEST(Judge, ProbesOnOneSideOnlyAreNamedAndTheRestIsJudged) {
  auto lock = baseline();
  const auto unknown_here = lock.lock.strict.front().first;
  lock.lock.strict.front().first = "blas.of_another_recipe";
  TableLaboratory laboratory;
  const auto judgement = judge(lock, {}, machine(), laboratory);
  EXPECT_EQ(judgement.outcome, Outcome::match);
  EXPECT_THAT(judgement.only_in_lock, ElementsAre("blas.of_another_recipe"));
  EXPECT_THAT(judgement.only_here, ElementsAre(unknown_here));
}

TEST(Judge, NoProbeInCommonIsNotJudged) {
  auto lock = baseline();
  lock.lock.strict = {{"blas.of_another_recipe", std::string(32, '0')}};
  TableLaboratory laboratory;
  EXPECT_EQ(judge(lock, {}, machine(), laboratory).exit_code, ExitCode::not_judged);
  EXPECT_EQ(laboratory.processes, 0);
}

}  // namespace
}  // namespace envguard::inquiry
