// The cause of a drift, found by putting differences back. Rows say under which settings which probes move.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/substitutes.hpp"
#include "inquiry/judge.hpp"

#include "world.hpp"

namespace envguard::inquiry {
namespace {

using model::Cause;
using model::Outcome;
using test::baseline;
using test::conv;
using test::exp_f32;
using test::gemm;
using test::machine;
using test::Row;
using test::TableLaboratory;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using Certainty = Cause::Certainty;
using Settings = std::map<std::string, std::string>;

// A drift of conv makes ONEDNN_MAX_CPU_ISA the likeliest of these.
constexpr auto onednn = "ONEDNN_MAX_CPU_ISA";
constexpr auto mkl = "MKL_CBWR";
constexpr auto aten = "ATEN_CPU_CAPABILITY";

const std::string& a = test::knobs[0];
const std::string& b = test::knobs[1];
const std::string& c = test::knobs[2];

/// A check under these settings, against a lock made without any.
struct Check {
  std::vector<Row> rows;
  Settings here;
  model::Baseline lock = baseline();
  bool against = false;
  Budget allowed{100, 1000};
  std::vector<std::pair<std::string, std::string>> versions{};  ///< other than the lock's

  model::Judgement judgement{};
  std::vector<compare::Measure> experiments{};

  Check& run() {
    auto observed = machine();
    for (const auto& [name, value] : here) observed.knobs.push_back({name, value});
    for (const auto& [name, version] : versions) test::set(observed, name, version);
    TableLaboratory laboratory(rows, here);
    laboratory.allowed = allowed;
    judgement = judge(lock, {}, observed, laboratory, against);
    for (const auto& asked : laboratory.asked) {
      if (asked.step != compare::Step{}) experiments.push_back(asked);
    }
    return *this;
  }

  [[nodiscard]] const Cause& cause() const { return judgement.cause.value(); }
};

// One difference.

TEST(CauseOfADrift, OneKnobTakesOneProcess) {
  const auto check = Check{{{"ONEDNN_MAX_CPU_ISA=SSE41", 0, conv, "x"}}, {{onednn, "SSE41"}}}.run();
  const auto& cause = check.cause();
  EXPECT_EQ(cause.certainty, Certainty::confirmed);
  EXPECT_THAT(cause.sufficient, ElementsAre(ElementsAre(onednn)));
  EXPECT_EQ(cause.explained, 1);
  EXPECT_EQ(cause.of, 1);
  EXPECT_EQ(cause.what, "ONEDNN_MAX_CPU_ISA: put back, the 1 probe returns to the locked bits");
  ASSERT_THAT(check.experiments, SizeIs(1));
  EXPECT_THAT(check.experiments[0].probes, ElementsAre(conv, "dnn.conv2d_3x3.gradients")) << "its unit alone";
  EXPECT_EQ(check.experiments[0].step.variables.at(0).second, std::nullopt) << "the lock has it unset";
  ASSERT_THAT(cause.experiments, SizeIs(1));
  EXPECT_THAT(cause.experiments[0].put_back, ElementsAre(onednn));
  EXPECT_EQ(cause.experiments[0].restored, 1);
  EXPECT_EQ(cause.experiments[0].unchanged, 0);
  EXPECT_THAT(check.judgement.undo, ElementsAre("unset ONEDNN_MAX_CPU_ISA"));
}

TEST(CauseOfADrift, AKnobOfTheLockThatIsGoneIsSetAgain) {
  auto observed = machine();
  observed.knobs = {{mkl, "AVX2"}};
  const auto check = Check{{{"MKL_CBWR=", 0, gemm, "x"}}, {}, baseline(observed)}.run();
  EXPECT_THAT(check.cause().sufficient, ElementsAre(ElementsAre(mkl)));
  ASSERT_THAT(check.experiments, SizeIs(1));
  EXPECT_EQ(check.experiments[0].step.variables.at(0).second, "AVX2");
  EXPECT_THAT(check.judgement.undo, ElementsAre("export MKL_CBWR=AVX2"));
}

TEST(CauseOfADrift, AKnobThatStrictReplacesIsNeverTried) {
  const auto check = Check{{{{}, 0, gemm, "x"}}, {{"MKL_NUM_THREADS", "2"}}}.run();
  EXPECT_THAT(check.experiments, IsEmpty());
  EXPECT_EQ(check.cause().certainty, Certainty::undetermined);
  EXPECT_THAT(check.cause().candidates, IsEmpty());
}

TEST(CauseOfADrift, APathIsPutBackOnlyWhereTheLockHasItUnset) {
  for (const auto* name : {"LD_PRELOAD", "LD_LIBRARY_PATH"}) {
    const auto set = std::string(name) + "=libm-off.so";
    const auto unset = Check{{{set, 0, exp_f32, "x"}}, {{name, "libm-off.so"}}}.run();
    EXPECT_EQ(unset.cause().certainty, Certainty::confirmed) << name;
    EXPECT_THAT(unset.cause().sufficient, ElementsAre(ElementsAre(name)));

    auto observed = machine();
    observed.knobs = {{name, "libother.so@0123"}};
    const auto locked = Check{{{set, 0, exp_f32, "x"}}, {{name, "libm-off.so"}}, baseline(observed)}.run();
    EXPECT_THAT(locked.experiments, IsEmpty()) << "the lock holds a name and a build id, nothing that can be set";
    EXPECT_EQ(locked.cause().certainty, Certainty::consistent_with);
    EXPECT_THAT(locked.cause().candidates, ElementsAre(name));
  }
}

TEST(CauseOfADrift, NothingThatIsRecordedDiffers) {
  const auto check = Check{{{{}, 0, gemm, "x"}}, {}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::undetermined);
  EXPECT_THAT(check.cause().what, StartsWith("nothing that the lock records differs"));
  EXPECT_THAT(check.experiments, IsEmpty());
}

TEST(CauseOfADrift, AKnobThatIsNotTheCauseIsSaidToBeNone) {
  const auto check = Check{{{{}, 0, gemm, "x"}}, {{mkl, "AVX2"}}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::undetermined);
  EXPECT_THAT(check.cause().what, StartsWith("what differs was put back and no probe returned"));
  EXPECT_THAT(check.experiments, SizeIs(1));
}

// Two and more.

TEST(CauseOfADrift, TheLikeliestOfTwoTakesTwoProcesses) {
  const auto check = Check{{{"ONEDNN_MAX_CPU_ISA=SSE41", 0, conv, "x"}}, {{onednn, "SSE41"}, {mkl, "AVX2"}}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::confirmed);
  EXPECT_THAT(check.cause().sufficient, ElementsAre(ElementsAre(onednn)));
  EXPECT_THAT(check.experiments, SizeIs(2));
  EXPECT_THAT(check.judgement.undo, ElementsAre("unset ONEDNN_MAX_CPU_ISA")) << "the other one may stay";
}

TEST(CauseOfADrift, TheUnlikelierOfTwoTakesThree) {
  const auto check = Check{{{"MKL_CBWR=AVX2", 0, conv, "x"}}, {{onednn, "SSE41"}, {mkl, "AVX2"}}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::confirmed);
  EXPECT_THAT(check.cause().sufficient, ElementsAre(ElementsAre(mkl)));
  EXPECT_THAT(check.experiments, SizeIs(3));
}

TEST(CauseOfADrift, TwoThatEachSufficeAreBothNamed) {
  const auto check = Check{{{"ONEDNN_MAX_CPU_ISA=SSE41", 0, conv, "x"}, {"DNNL_MAX_CPU_ISA=SSE41", 0, conv, "x"}},
                           {{onednn, "SSE41"}, {"DNNL_MAX_CPU_ISA", "SSE41"}}}
                         .run();
  const auto& cause = check.cause();
  EXPECT_EQ(cause.certainty, Certainty::confirmed);
  EXPECT_THAT(cause.sufficient, UnorderedElementsAre(ElementsAre(onednn), ElementsAre("DNNL_MAX_CPU_ISA")));
  EXPECT_THAT(cause.what, HasSubstr("each suffice alone"));
  EXPECT_THAT(check.experiments, SizeIs(3));
  EXPECT_THAT(check.judgement.undo, ElementsAre("unset DNNL_MAX_CPU_ISA ONEDNN_MAX_CPU_ISA"));
}

TEST(CauseOfADrift, OneThatMovesAPartAloneAndTheRestOnlyWithAnotherIsNotOnlyTogether) {
  const auto check = Check{{{"ONEDNN_MAX_CPU_ISA=SSE41", 0, conv, "x"},
                            {"ONEDNN_MAX_CPU_ISA=SSE41&ATEN_CPU_CAPABILITY=default", 0, exp_f32, "y"}},
                           {{onednn, "SSE41"}, {aten, "default"}}}
                         .run();
  const auto& cause = check.cause();
  EXPECT_EQ(cause.certainty, Certainty::confirmed);
  EXPECT_THAT(cause.sufficient, ElementsAre(UnorderedElementsAre(onednn, aten)));
  EXPECT_FALSE(cause.only_together) << "with ATEN_CPU_CAPABILITY put back conv stays moved";
  EXPECT_THAT(cause.what, Not(HasSubstr("only together")));
}

TEST(CauseOfADrift, TwoThatOnlyTogetherSufficeAreOneSet) {
  const auto check = Check{{{"ONEDNN_MAX_CPU_ISA=SSE41&ATEN_CPU_CAPABILITY=default", 0, conv, "x"}},
                           {{onednn, "SSE41"}, {aten, "default"}}}
                         .run();
  const auto& cause = check.cause();
  EXPECT_EQ(cause.certainty, Certainty::confirmed);
  EXPECT_THAT(cause.sufficient, ElementsAre(UnorderedElementsAre(onednn, aten)));
  EXPECT_FALSE(cause.separately);
  EXPECT_TRUE(cause.only_together);
  EXPECT_THAT(cause.what, HasSubstr("only together"));
  EXPECT_THAT(check.experiments, SizeIs(3));
}

TEST(CauseOfADrift, TwoThatEachMoveAPartAreOneSetThatWorksSeparately) {
  const auto check = Check{
      {{"ONEDNN_MAX_CPU_ISA=SSE41", 0, conv, "x"}, {"MKL_CBWR=AVX2", 0, gemm, "y"}},
      {{onednn, "SSE41"},
       {mkl, "AVX2"}}}.run();
  const auto& cause = check.cause();
  EXPECT_EQ(cause.certainty, Certainty::confirmed);
  EXPECT_THAT(cause.sufficient, ElementsAre(UnorderedElementsAre(onednn, mkl)));
  EXPECT_TRUE(cause.separately);
  EXPECT_EQ(cause.explained, 2);
  EXPECT_THAT(cause.what, HasSubstr("each moving a part of it"));
}

TEST(CauseOfADrift, IrrelevantOnesAreDroppedByHalves) {
  Settings here;
  for (const auto& name : test::knobs) here[name] = "1";
  for (const auto& [name, value] : here) {
    const auto check = Check{{{name + "=1", 0, conv, "x"}}, here}.run();
    EXPECT_THAT(check.cause().sufficient, ElementsAre(ElementsAre(name)));
    EXPECT_LE(check.experiments.size(), 8U) << name;
  }
}

TEST(CauseOfADrift, AnIrrelevantThirdIsNotNamedBesideAPair) {
  const Settings here{{a, "1"}, {b, "1"}, {c, "1"}};
  const auto together = Check{{{a + "=1&" + c + "=1", 0, conv, "x"}}, here}.run();
  EXPECT_THAT(together.cause().sufficient, ElementsAre(ElementsAre(a, c)));
  EXPECT_EQ(together.cause().certainty, Certainty::confirmed);
  EXPECT_LE(together.experiments.size(), 7U);
  const auto each = Check{{{a + "=1", 0, conv, "x"}, {c + "=1", 0, conv, "x"}}, here}.run();
  EXPECT_THAT(each.cause().sufficient, UnorderedElementsAre(ElementsAre(a), ElementsAre(c)));
  EXPECT_EQ(each.cause().certainty, Certainty::confirmed);
  EXPECT_LE(each.experiments.size(), 7U);
}

TEST(CauseOfADrift, ThreeThatEachMoveAPart) {
  const auto check = Check{{{a + "=1", 0, conv, "x"}, {b + "=1", 0, gemm, "y"}, {c + "=1", 0, exp_f32, "z"}},
                           {{a, "1"}, {b, "1"}, {c, "1"}}}
                         .run();
  EXPECT_THAT(check.cause().sufficient, ElementsAre(ElementsAre(a, b, c)));
  EXPECT_TRUE(check.cause().separately);
  EXPECT_THAT(check.cause().what, StartsWith(a + ", " + b + " and " + c + ", each moving a part of it"));
}

TEST(CauseOfADrift, OneThatMasksAnotherIsNeverConfirmed) {
  const auto check = Check{{{a + "=1", 0, conv, "x"}, {a + "=&" + b + "=1", 0, conv, "z"}}, {{a, "1"}, {b, "1"}}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::undetermined) << "without A, B moves it elsewhere";
  EXPECT_THAT(check.cause().sufficient, IsEmpty());
  EXPECT_THAT(check.cause().what, HasSubstr("interacts"));
}

// What cannot be measured.

TEST(CauseOfADrift, AKnobWithoutWhichTheEngineDiesIsRecordedAndTheOthersGoOn) {
  const auto check = Check{
      {{"ONEDNN_MAX_CPU_ISA=SSE41", 0, conv, "x"}, {"MKL_CBWR=", 0, {}, "crash"}},
      {{onednn, "SSE41"},
       {mkl, "AVX2"}}}.run();
  const auto& cause = check.cause();
  EXPECT_EQ(check.judgement.outcome, Outcome::numeric_drift);
  EXPECT_EQ(cause.certainty, Certainty::undetermined) << "nothing was measured without MKL_CBWR";
  EXPECT_THAT(cause.sufficient, IsEmpty());
  EXPECT_FALSE(cause.cut_short);
  const auto alone =
      std::ranges::find(cause.experiments, std::vector<std::string>{onednn}, &model::Experiment::put_back);
  ASSERT_NE(alone, cause.experiments.end());
  EXPECT_EQ(alone->restored, 1);
  EXPECT_EQ(std::ranges::count(cause.experiments, "the engine died of SIGSEGV", &model::Experiment::fault), 2);
  for (const auto& experiment : cause.experiments) {
    EXPECT_TRUE(experiment.fault.empty() || experiment.restored + experiment.unchanged == 0);
  }
  EXPECT_THAT(cause.what, HasSubstr("the engine died of SIGSEGV"));
}

TEST(CauseOfADrift, AProbeThatFailsInAnExperimentSaysNothing) {
  const auto check = Check{{{"MKL_CBWR=AVX2", 0, gemm, "x"}, {"MKL_CBWR=", 0, gemm, "failed"}}, {{mkl, "AVX2"}}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::undetermined);
  ASSERT_THAT(check.cause().experiments, SizeIs(1));
  EXPECT_THAT(check.cause().experiments[0].fault, HasSubstr(gemm));
  EXPECT_EQ(check.cause().experiments[0].restored, 0);
}

TEST(CauseOfADrift, ABudgetThatEndsInTheMiddleLeavesWhatIsKnown) {
  const std::vector<Row> rows{{"MKL_CBWR=AVX2", 0, conv, "x"}};
  const Settings here{{onednn, "SSE41"}, {mkl, "AVX2"}};
  for (int experiments = 0; experiments < 3; ++experiments) {
    for (const bool time : {false, true}) {
      const Budget allowed{time ? 100 : 3 + experiments, time ? 3.0 + experiments : 1000};
      const auto check = Check{.rows = rows, .here = here, .allowed = allowed}.run();
      EXPECT_EQ(check.judgement.outcome, Outcome::numeric_drift);
      EXPECT_TRUE(check.cause().cut_short);
      EXPECT_EQ(check.cause().certainty, Certainty::undetermined);
      EXPECT_THAT(check.cause().sufficient, IsEmpty());
      EXPECT_EQ(check.cause().experiments.size(), static_cast<std::size_t>(experiments));
      EXPECT_THAT(check.cause().what, HasSubstr("nothing more may be spent"));
      EXPECT_FALSE(check.judgement.moved.empty());
    }
  }
  const auto enough = Check{.rows = rows, .here = here, .allowed = {6, 1000}}.run();
  EXPECT_EQ(enough.cause().certainty, Certainty::confirmed) << "the last process may be spent";
}

// Versions, and another install in their place.

TEST(CauseOfADrift, AVersionIsConsistentWithItAndNeverConfirmed) {
  const auto check = Check{.rows = {{"install=own", 0, conv, "x"}},
                           .here = {},
                           .versions = {{"torch", "2.15.0+cu132"}, {"numpy", "2.4.0"}}}
                         .run();
  EXPECT_EQ(check.cause().certainty, Certainty::consistent_with);
  ASSERT_THAT(check.cause().candidates, Contains("torch"));
  EXPECT_EQ(check.cause().candidates.front(), "torch") << "the likeliest first";
  EXPECT_EQ(check.cause().what, "consistent with torch");
  EXPECT_THAT(check.experiments, IsEmpty());
}

TEST(CauseOfADrift, AKnobIsTriedBeforeAVersionIsSuspected) {
  const auto check =
      Check{.rows = {{{}, 0, conv, "x"}}, .here = {{mkl, "AVX2"}}, .versions = {{"torch", "2.15.0+cu132"}}}.run();
  EXPECT_EQ(check.cause().certainty, Certainty::consistent_with);
  EXPECT_EQ(check.cause().what, "consistent with torch; what could be put back returns no probe");
}

TEST(CauseOfADrift, AnotherInstallIsPutInThePlaceOfTheJudgedOne) {
  const auto check =
      Check{
          .rows = {{"install=own", 0, conv, "x"}}, .here = {}, .against = true, .versions = {{"torch", "2.15.0+cu132"}}}
          .run();
  EXPECT_EQ(check.cause().certainty, Certainty::confirmed);
  EXPECT_THAT(check.cause().sufficient, ElementsAre(ElementsAre(compare::other_install_name)));
  ASSERT_THAT(check.experiments, SizeIs(1));
  EXPECT_TRUE(check.experiments[0].step.other_install);
  EXPECT_THAT(check.experiments[0].step.variables, IsEmpty());
}

TEST(CauseOfADrift, AnotherInstallAndAKnobEachMoveAPart) {
  const auto check = Check{.rows = {{"install=own", 0, conv, "x"}, {"MKL_CBWR=AVX2", 0, gemm, "y"}},
                           .here = {{mkl, "AVX2"}},
                           .against = true,
                           .versions = {{"torch", "2.15.0+cu132"}}}
                         .run();
  EXPECT_EQ(check.cause().certainty, Certainty::confirmed);
  EXPECT_THAT(check.cause().sufficient, ElementsAre(UnorderedElementsAre("torch", mkl)));
  EXPECT_TRUE(check.cause().separately);
}

TEST(CauseOfADrift, AnotherInstallThatCannotRunConfirmsNothing) {
  const auto check = Check{.rows = {{"install=own", 0, conv, "x"}, {"install=other", 0, {}, "crash"}},
                           .here = {{mkl, "AVX2"}},
                           .against = true,
                           .versions = {{"torch", "2.15.0+cu132"}}}
                         .run();
  EXPECT_NE(check.cause().certainty, Certainty::confirmed);
  const auto alone =
      std::ranges::find(check.cause().experiments, std::vector<std::string>{mkl}, &model::Experiment::put_back);
  ASSERT_NE(alone, check.cause().experiments.end()) << "the knob is tried all the same";
  EXPECT_EQ(alone->unchanged, 1);
  EXPECT_THAT(check.cause().what, HasSubstr("torch"));
}

TEST(CauseOfADrift, AKnobExplainsAPartAndAVersionMayExplainTheRest) {
  const auto check = Check{.rows = {{"MKL_CBWR=AVX2", 0, gemm, "y"}, {{}, 0, conv, "x"}},
                           .here = {{mkl, "AVX2"}},
                           .versions = {{"torch", "2.15.0+cu132"}}}
                         .run();
  const auto& cause = check.cause();
  EXPECT_EQ(cause.certainty, Certainty::confirmed);
  EXPECT_THAT(cause.sufficient, ElementsAre(ElementsAre(mkl)));
  EXPECT_EQ(cause.explained, 1);
  EXPECT_EQ(cause.of, 2);
  EXPECT_THAT(cause.candidates, ElementsAre("torch"));
  EXPECT_THAT(cause.what, testing::EndsWith("; 1 probe more stay moved, consistent with torch"));
  EXPECT_THAT(check.judgement.undo, Contains("unset MKL_CBWR"));
  EXPECT_THAT(check.judgement.undo, Contains(HasSubstr("torch==2.11.0"))) << "the rest needs mending too";
}

}  // namespace
}  // namespace envguard::inquiry
