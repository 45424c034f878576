#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "compare/differences.hpp"
#include "inquiry/judge.hpp"

#include "world.hpp"

namespace envguard::inquiry {
namespace {

using base::ExitCode;
using test::baseline;
using test::machine;
using test::question;
using test::TableLaboratory;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string& probe(std::size_t index) {
  static const auto probes = recipe::probes(model::DeviceKind::cpu);
  return probes.at(index);
}

std::string probe_of(std::string_view layer, std::size_t index) {
  auto probes = recipe::probes(model::DeviceKind::cpu);
  std::erase_if(probes, [&](const auto& id) { return model::layer_of(id) != layer; });
  return probes.at(index);
}

compare::LockCandidate lock(Laboratory& laboratory, const std::optional<model::Lock>& previous = {},
                            const model::Observed& observed = machine(),
                            const compare::LockQuestion& asked = question()) {
  return candidate(previous, observed, {}, asked, laboratory);
}

base::Error refusal(Laboratory& laboratory, const std::optional<model::Lock>& previous = {},
                    const model::Observed& observed = machine(), const compare::LockQuestion& asked = question()) {
  try {
    (void)lock(laboratory, previous, observed, asked);
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ExitCode::match, ""};
}

TEST(Lock, FiveFreshRunsMakeALockThatTheSameMachineMatches) {
  TableLaboratory laboratory;
  auto made = lock(laboratory);
  EXPECT_EQ(laboratory.processes, 12) << "five of each profile, and one of each that perturbs";
  EXPECT_EQ(made.lock.runs, 5);
  EXPECT_EQ(made.lock.locked, "2026-11-23");
  EXPECT_EQ(made.lock.recipe, recipe::number);
  EXPECT_FALSE(made.lock.change);
  EXPECT_EQ(made.lock.id, model::fingerprint_id(made.lock.strict));
  EXPECT_EQ(made.lock.as_is_id, model::fingerprint_id(made.lock.as_is));
  ASSERT_EQ(made.evidence.size(), made.lock.strict.size() + made.lock.as_is.size());
  EXPECT_EQ(made.evidence[made.lock.strict.size() - 1].id, made.lock.strict.back().first);
  EXPECT_EQ(made.evidence.back().id, made.lock.as_is.back().first);
  model::Baseline again;
  again.lock = made.lock;
  TableLaboratory later;
  EXPECT_EQ(judge(again, {}, machine(), later).outcome, model::Outcome::match);
}

TEST(Lock, TheNumberOfRunsIsTheCallers) {
  TableLaboratory laboratory;
  auto asked = question();
  asked.runs = 30;
  EXPECT_EQ(lock(laboratory, {}, machine(), asked).lock.runs, 30);
  EXPECT_EQ(laboratory.processes, 62);
}

TEST(Lock, RecordsNeitherTheKernelNorWhichDeviceWasChosen) {
  auto observed = machine();
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "0"}, {"MKL_CBWR", "AVX2"}};
  TableLaboratory laboratory;
  const auto made = lock(laboratory, {}, observed).lock;
  EXPECT_THAT(made.knobs, ElementsAre(std::pair<std::string, std::string>("MKL_CBWR", "AVX2")));
  for (const auto& [name, version] : made.versions) EXPECT_TRUE(name != "kernel" && name != "driver") << name;
}

TEST(Lock, AProbeThatWobblesIsQuarantinedAndHasNoLine) {
  TableLaboratory laboratory({{{}, 5, probe(3), "wobble"}});
  const auto made = lock(laboratory);
  EXPECT_THAT(made.lock.quarantined, ElementsAre(probe(3)));
  EXPECT_EQ(made.lock.line(probe(3)), nullptr);
  EXPECT_EQ(made.lock.id, model::fingerprint_id(made.lock.strict));
  for (const auto& record : made.evidence) EXPECT_NE(record.id, probe(3));
}

TEST(Lock, MoreThanATenthWobblingIsUnstable) {
  TableLaboratory laboratory({{{}, 3, "ops", "wobble"}});
  const auto error = refusal(laboratory);
  EXPECT_EQ(error.code(), ExitCode::unstable);
  EXPECT_THAT(error.message(), HasSubstr("nothing was written"));
  EXPECT_EQ(laboratory.processes, 3);
}

TEST(Lock, AFaultAFailedProbeAndASpentBudgetWriteNothing) {
  TableLaboratory faulty;
  faulty.faulty_process = 3;
  EXPECT_EQ(refusal(faulty).code(), ExitCode::could_not_measure);
  TableLaboratory failing({{{}, 0, probe(0), "failed"}});
  EXPECT_THAT(refusal(failing).message(), HasSubstr(probe(0)));
  TableLaboratory poor;
  poor.allowed = {4, 1000};
  EXPECT_THAT(refusal(poor).message(), HasSubstr("after 4 of 12 processes"));
}

TEST(Lock, NothingMovedKeepsTheBytesAndAsksForNoReason) {
  TableLaboratory laboratory;
  const auto previous = baseline();
  auto asked = question();
  asked.reason.clear();
  asked.previous_evidence = previous.evidence;
  EXPECT_FALSE(lock(laboratory, previous.lock, machine(), asked).changed);
  EXPECT_EQ(laboratory.processes, 10) << "the bands that are there still hold";
}

TEST(Lock, OfAnOlderRecipeIsWrittenAnewAndAsksForNoReason) {
  auto previous = baseline();
  previous.lock.recipe = recipe::number - 1;
  auto asked = question();
  asked.reason.clear();
  asked.previous_evidence = previous.evidence;
  TableLaboratory laboratory;
  const auto made = lock(laboratory, previous.lock, machine(), asked);
  EXPECT_TRUE(made.changed);
  EXPECT_FALSE(made.lock.as_is.empty());
  EXPECT_FALSE(made.lock.change) << "nothing moved";
}

TEST(Lock, OfAnOlderFormIsWrittenAnewAndAsksForNoReason) {
  TableLaboratory first, laboratory;
  const auto made = lock(first);
  auto previous = made.lock;
  auto asked = question();
  asked.reason.clear();
  asked.previous_evidence = model::EvidenceTable{made.evidence};
  EXPECT_FALSE(lock(laboratory, previous, machine(), asked).changed);
  previous.schema = 1;
  TableLaboratory again;
  const auto renewed = lock(again, previous, machine(), asked);
  EXPECT_TRUE(renewed.changed);
  EXPECT_EQ(renewed.lock.schema, model::Lock::current_schema);
  EXPECT_EQ(renewed.lock.reason, previous.reason);
}

TEST(Lock, MoreThanATenthQuarantinedByAndByIsUnstable) {
  TableLaboratory laboratory({{{}, 3, probe(0), "wobble"}});
  std::vector<std::string> before;
  for (std::size_t i = 1; i <= 10; ++i) before.push_back(probe(i));
  const auto error = refusal(laboratory, baseline(machine(), before).lock);
  EXPECT_EQ(error.code(), ExitCode::unstable);
  EXPECT_THAT(error.message(), HasSubstr("11 of 105 probes would be quarantined"));
  EXPECT_THAT(error.next(), HasSubstr("--refresh"));
}

TEST(Lock, AnAsIsProbeThatIsComputedAtTimesIsUnstable) {
  TableLaboratory laboratory({{"profile=as-is", 2, test::conv, "unsupported"}});
  const auto error = refusal(laboratory);
  EXPECT_EQ(error.code(), ExitCode::unstable);
  EXPECT_THAT(error.message(),
              HasSubstr(std::string(test::conv) + " is unsupported in one process and not in another"));
}

TEST(Lock, WhatMovedNeedsAReasonAndIsRefusedAfterOneRunOfEachProfile) {
  TableLaboratory laboratory({{{}, 0, "linalg", "x"}});
  auto asked = question();
  asked.reason.clear();
  const auto error = refusal(laboratory, baseline().lock, machine(), asked);
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_THAT(error.message(), HasSubstr("probes differ (linalg."));
  EXPECT_THAT(error.next(), HasSubstr("--reason"));
  EXPECT_EQ(laboratory.processes, 2);
  TableLaboratory looking({{{}, 0, "linalg", "x"}});
  asked.writes = false;
  EXPECT_TRUE(lock(looking, baseline().lock, machine(), asked).changed);
}

TEST(Lock, ARecordedValueThatDiffersIsNamed) {
  auto asked = question();
  asked.reason.clear();
  auto observed = machine();
  test::set(observed, "numpy", "2.4.0");
  TableLaboratory one;
  EXPECT_THAT(refusal(one, baseline().lock, observed, asked).message(),
              HasSubstr("exists and 1 recorded value differs (numpy); a lock"));
  for (const auto index : {0, 1, 2, 3}) observed.knobs.push_back({test::knobs.at(index), "1"});
  TableLaboratory five;
  EXPECT_THAT(refusal(five, baseline().lock, observed, asked).message(),
              HasSubstr("exists and 5 recorded values differ (" + test::knobs[0] + ", " + test::knobs[1] + ", " +
                        test::knobs[2] + ", " + test::knobs[3] + ", …); a lock"));
  auto previous = baseline().lock;
  previous.quarantined = {"rng.gone"};
  TableLaboratory none;
  EXPECT_THAT(refusal(none, previous, machine(), asked).message(), HasSubstr("the set of its probes differs"));
}

TEST(Lock, TheChangeSaysWhatMovedAgainstThePreviousLock) {
  auto observed = machine();
  test::set(observed, "torch", "2.15.0+cu132");
  observed.knobs = {{"MKL_CBWR", "COMPATIBLE"}};
  TableLaboratory laboratory({{{}, 0, "linalg", "x"}});
  const auto made = lock(laboratory, baseline().lock, observed);
  ASSERT_TRUE(made.lock.change);
  EXPECT_THAT(made.lock.change->versions, ElementsAre("torch 2.11.0+cu130 -> 2.15.0+cu132"));
  EXPECT_THAT(made.lock.change->knobs, ElementsAre("MKL_CBWR not set -> COMPATIBLE"));
  ASSERT_EQ(made.lock.change->layers.size(), 1U);
  EXPECT_EQ(made.lock.change->layers[0].layer, "linalg");
  EXPECT_EQ(made.lock.change->layers[0].moved, made.lock.change->layers[0].of);
  EXPECT_TRUE(made.changed);
}

TEST(Lock, TheChangeSaysHowFarAndWhichClass) {
  const auto previous = baseline();
  auto asked = question();
  asked.previous_evidence = previous.evidence;
  TableLaboratory laboratory({{{}, 0, "linalg", "x", 1e-7}, {{}, 0, probe_of("blas", 2), "y", 3e-3}});
  const auto made = lock(laboratory, previous.lock, machine(), asked);
  ASSERT_TRUE(made.lock.change);
  ASSERT_EQ(made.lock.change->layers.size(), 2U);
  const auto& [blas, linalg] = std::pair(made.lock.change->layers[0], made.lock.change->layers[1]);
  EXPECT_EQ("blas." + blas.worst, probe_of("blas", 2));
  EXPECT_EQ(blas.distance, "3.0e-03");
  EXPECT_EQ(blas.drift_class, "precision");
  EXPECT_EQ(linalg.distance, "1.0e-07");
  EXPECT_EQ(linalg.drift_class, "rounding");
}

TEST(Lock, OneProcessOfNineteenRoundsMeasuresTheBands) {
  TableLaboratory laboratory;
  const auto made = lock(laboratory);
  ASSERT_EQ(laboratory.asked.size(), 12U);
  const auto& strict = laboratory.asked[10];
  EXPECT_EQ(strict.probes, test::whole().probes);
  EXPECT_EQ(strict.perturb.size(), 19U);
  EXPECT_EQ(std::set<std::uint64_t>(strict.perturb.begin(), strict.perturb.end()).size(), 19U);
  const auto& as_is = laboratory.asked[11];
  EXPECT_EQ(as_is.perturb, strict.perturb);
  for (const auto& id : as_is.probes) EXPECT_FALSE(recipe::find(id)->strict) << id << " has its band from strict";
  for (std::size_t run = 0; run < 10; run += 2) EXPECT_EQ(laboratory.asked[run], test::whole());
  for (const auto& record : made.evidence) {
    ASSERT_EQ(record.band.has_value(), model::layer_of(record.id) != "rng") << record.id;
    if (!record.band) continue;
    EXPECT_DOUBLE_EQ(*record.band, 1e-7) << record.id;
  }
}

TEST(Lock, BandsAreMeasuredWhereTheLockHasNone) {
  const auto previous = baseline();
  auto asked = question();
  asked.reason.clear();
  asked.previous_evidence = previous.evidence;
  for (auto& record : asked.previous_evidence->records) record.band.reset();
  TableLaboratory without_bands;
  EXPECT_TRUE(lock(without_bands, previous.lock, machine(), asked).changed);
  EXPECT_EQ(without_bands.processes, 12);
  asked.previous_evidence.reset();
  TableLaboratory without_evidence;
  EXPECT_TRUE(lock(without_evidence, previous.lock, machine(), asked).changed);
  EXPECT_EQ(without_evidence.processes, 12);
}

TEST(Lock, LookingNeverPerturbs) {
  auto asked = question();
  asked.writes = false;
  TableLaboratory moved({{{}, 0, "linalg", "x"}});
  EXPECT_TRUE(lock(moved, baseline().lock, machine(), asked).changed);
  TableLaboratory first;
  EXPECT_TRUE(lock(first, {}, machine(), asked).changed);
  for (const auto* laboratory : {&moved, &first}) {
    EXPECT_EQ(laboratory->processes, 10);
    for (const auto& run : laboratory->asked) EXPECT_THAT(run.perturb, IsEmpty());
  }
}

TEST(Lock, AFaultWhileBandsAreMeasuredWritesNothing) {
  TableLaboratory laboratory;
  laboratory.faulty_process = 11;
  EXPECT_EQ(refusal(laboratory).code(), ExitCode::could_not_measure);
}

TEST(Lock, AProbeThatAPerturbedRoundRefusesHasABandOfTheOthers) {
  TableLaboratory laboratory({{{}, 11, probe(0), "unsupported"}});
  const auto made = lock(laboratory);
  EXPECT_FALSE(made.evidence.front().band);
  EXPECT_TRUE(made.evidence.back().band);
}

TEST(Lock, ARefreshRenewsTheDayAndKeepsTheReason) {
  TableLaboratory laboratory;
  auto asked = question();
  asked.reason.clear();
  asked.refresh = true;
  asked.today = "2027-01-01";
  const auto made = lock(laboratory, baseline().lock, machine(), asked);
  EXPECT_TRUE(made.changed);
  EXPECT_EQ(made.lock.locked, "2027-01-01");
  EXPECT_EQ(made.lock.reason, "first");
  EXPECT_FALSE(made.lock.change);
}

TEST(Lock, AQuarantinedProbeStaysSoUntilARefresh) {
  const auto previous = baseline(machine(), {probe(3)});
  TableLaboratory calm;
  auto asked = question();
  asked.previous_evidence = previous.evidence;
  const auto kept = lock(calm, previous.lock, machine(), asked);
  EXPECT_FALSE(kept.changed);
  EXPECT_THAT(kept.lock.quarantined, ElementsAre(probe(3)));
  TableLaboratory refreshed;
  asked.refresh = true;
  EXPECT_THAT(lock(refreshed, previous.lock, machine(), asked).lock.quarantined, IsEmpty());
}

TEST(Lock, ALockOfOtherHardwareIsNeverOverwritten) {
  auto observed = machine();
  observed.cpu.model = 97;
  TableLaboratory laboratory;
  const auto error = refusal(laboratory, baseline().lock, observed);
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_THAT(error.message(), HasSubstr("model 97"));
  EXPECT_THAT(error.message(), HasSubstr("model 1,"));
  EXPECT_THAT(error.next(), testing::EndsWith("envguard lock --environment train --target cpu-amd-25-97"));
  EXPECT_EQ(laboratory.processes, 0);
}

TEST(Lock, TheNameThatWasRefusedIsNotProposed) {
  auto observed = machine();
  observed.cpu.isa = "avx2";
  TableLaboratory laboratory;
  EXPECT_THAT(refusal(laboratory, baseline().lock, observed).next(), testing::EndsWith("--target cpu-amd-25-1-avx2"));
  auto asked = question();
  asked.taken = {"cpu-amd-25-1-avx2"};
  EXPECT_THAT(refusal(laboratory, baseline().lock, observed, asked).next(),
              testing::EndsWith("--target cpu-amd-25-1-avx2-2"));
}

TEST(Lock, UnknownKeysOfThePreviousLockAreKept) {
  auto previous = baseline().lock;
  previous.unknown = {{"future", "true"}};
  TableLaboratory laboratory({{{}, 0, "rng", "x"}});
  EXPECT_EQ(lock(laboratory, previous).lock.unknown, previous.unknown);
}

TEST(Lock, NoTorchAndNoGpuAreNotJudged) {
  auto observed = machine();
  observed.install.reset();
  TableLaboratory laboratory;
  EXPECT_EQ(refusal(laboratory, {}, observed).code(), ExitCode::not_judged);
  auto asked = question();
  asked.device = {model::DeviceKind::cuda, 0};
  EXPECT_EQ(refusal(laboratory, {}, machine(), asked).code(), ExitCode::not_judged);
}

TEST(Lock, WhereNothingIsComputedNothingIsLocked) {
  TableLaboratory laboratory({{{}, 0, "", "unsupported"}});
  const auto error = refusal(laboratory);
  EXPECT_EQ(error.code(), ExitCode::could_not_measure);
  EXPECT_THAT(error.message(),
              HasSubstr("probes was computed, the first since it is unsupported; nothing was written"));
}

TEST(Lock, AMeasurementOnAnotherGpuIsRefused) {
  class OtherGpu : public TableLaboratory {
   public:
    model::Run measure(const compare::Measure& wanted) override {
      auto run = TableLaboratory::measure(wanted);
      run.gpu = model::GpuKey{"NVIDIA L4", "8.9", 58, {}};
      return run;
    }
  };
  OtherGpu laboratory;
  auto asked = question();
  asked.device = laboratory.device = {model::DeviceKind::cuda, 0};
  auto observed = machine();
  observed.gpu = model::GpuKey{"NVIDIA H100 80GB HBM3", "9.0", 132, {}};
  const auto error = refusal(laboratory, {}, observed, asked);
  EXPECT_EQ(error.code(), ExitCode::could_not_measure);
  EXPECT_THAT(error.message(), HasSubstr("the engine measured on NVIDIA L4"));
}

TEST(Lock, WhatIdenticalRunsExclude) {
  EXPECT_NEAR(compare::excluded_flip_rate(5), 0.451, 0.001);
  EXPECT_NEAR(compare::excluded_flip_rate(30), 0.095, 0.001);
}

}  // namespace
}  // namespace envguard::inquiry
