#include "compare/unjudged_gpus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::compare {
namespace unjudged_gpus {
namespace {

using model::DeviceKind;
using model::DriverAnswer;
using model::Outcome;
using testing::HasSubstr;
using testing::IsEmpty;

const model::CpuKey zen4{"AuthenticAMD", 25, 97, "avx512-bf16"};
const model::CpuKey zen3{"AuthenticAMD", 25, 1, "avx2"};
const model::GpuKey h100{"NVIDIA H100 80GB HBM3", "9.0", 132};
const model::GpuKey l4{"NVIDIA L4", "8.9", 58};

model::Lock lock(std::string target, model::Key key) {
  model::Lock lock;
  lock.environment = "default";
  lock.target = std::move(target);
  lock.key = std::move(key);
  return lock;
}

model::Judgement match(std::string target, DeviceKind kind) {
  model::Judgement judgement;
  judgement.target = std::move(target);
  judgement.device.kind = kind;
  return judgement;
}

/// A driver that shows these GPUs, and lost those.
model::Observed with(const std::vector<model::GpuKey>& shown, std::vector<model::HiddenGpu> lost = {}) {
  model::Observed observed;
  observed.cpu = zen4;
  observed.kernel_driver.emplace();
  auto& devices = observed.devices.emplace();
  devices.cuda.answer = shown.empty() ? DriverAnswer::no_device : DriverAnswer::answered;
  if (shown.empty()) devices.cuda.why = "no CUDA-capable device is detected";
  for (const auto& key : shown) {
    model::Gpu gpu;
    gpu.index = static_cast<int>(devices.gpus.size());
    gpu.key = key;
    devices.gpus.push_back(gpu);
  }
  devices.hidden = std::move(lost);
  if (!shown.empty()) observed.gpu = shown.front();
  return observed;
}

/// Nothing here speaks of NVIDIA.
model::Observed laptop() {
  model::Observed observed;
  observed.cpu = zen4;
  observed.devices.emplace().cuda.answer = DriverAnswer::no_library;
  return observed;
}

model::HiddenGpu lost(std::string name) {
  return {"GPU-1", std::move(name), "00000000:1B:00.0", "GPU is lost", false, DriverAnswer::lost};
}

std::vector<model::Judgement> answered(std::vector<model::Judgement> judgements, const std::vector<model::Lock>& locks,
                                       const model::Observed& observed, const Asking& asking = {}) {
  answer_for_gpus(judgements, locks, observed, asking);
  return judgements;
}

const std::vector<model::Lock> both_gpus{lock("h100", h100), lock("l4", l4)};
const std::vector<model::Lock> gpu_and_cpu{lock("h100", h100), lock("cpu", zen4)};

TEST(UnjudgedGpus, OneThatIsLostIsNotMadeUpForByAnother) {
  for (const auto* name : {"NVIDIA H100 80GB HBM3", ""}) {
    const auto found = answered({match("l4", DeviceKind::cuda)}, both_gpus, with({l4}, {lost(name)}));
    ASSERT_EQ(found.size(), 2U) << name;
    EXPECT_EQ(found[1].outcome, Outcome::no_gpu);
    EXPECT_EQ(found[1].exit_code, base::ExitCode::not_judged);
    EXPECT_EQ(found[1].device.kind, DeviceKind::cuda);
    EXPECT_THAT(found[1].what, HasSubstr("computes for nobody: GPU is lost; locked: h100 (NVIDIA H100"));
    EXPECT_THAT(found[1].what, testing::Not(HasSubstr("l4 (")));
  }
}

TEST(UnjudgedGpus, ALostOneThatNobodyLockedIsNobodysLoss) {
  EXPECT_EQ(answered({match("l4", DeviceKind::cuda)}, both_gpus, with({l4}, {lost("NVIDIA T400")})).size(), 1U);
  auto hidden = lost("NVIDIA H100 80GB HBM3");
  hidden.why.clear();  // by CUDA_VISIBLE_DEVICES: a choice
  EXPECT_EQ(answered({match("l4", DeviceKind::cuda)}, both_gpus, with({l4}, {hidden})).size(), 1U);
}

TEST(UnjudgedGpus, LocksOfOtherMachinesAreLeftAloneWhereAGpuWasJudged) {
  for (const auto context : {Context::by_hand, Context::commit, Context::ci})
    EXPECT_EQ(answered({match("l4", DeviceKind::cuda)}, both_gpus, with({l4}), {context, true}).size(), 1U);
}

TEST(UnjudgedGpus, TheMatchOfACpuDoesNotStandForAGpu) {
  const auto found = answered({match("cpu", DeviceKind::cpu)}, gpu_and_cpu, with({}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].outcome, Outcome::no_gpu);
  EXPECT_THAT(found[1].what, HasSubstr("no GPU computes here: no CUDA-capable device is detected; locked: "));
  EXPECT_THAT(found[1].next, HasSubstr("envguard check --device cpu"));
}

TEST(UnjudgedGpus, NeitherDoesTheLockOfAnotherCpu) {
  const auto found = answered({}, {lock("h100", h100), lock("cpu", zen3)}, with({}), {Context::ci});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].outcome, Outcome::no_gpu);
  EXPECT_EQ(found[0].next, "envguard doctor");
}

TEST(UnjudgedGpus, AMachineThatNeverHadOneIsToldInANote) {
  const auto judged = std::vector{match("cpu", DeviceKind::cpu)};
  const auto found = answered(judged, gpu_and_cpu, laptop());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].notes, testing::ElementsAre("not judged, for want of a GPU: h100"));
  EXPECT_EQ(answered(judged, gpu_and_cpu, laptop(), {Context::commit}).size(), 1U) << "no-gpu = pass";
  EXPECT_THAT(answered({}, gpu_and_cpu, laptop()), IsEmpty());
}

TEST(UnjudgedGpus, WhoeverAsksForOneIsAnsweredThereToo) {
  const auto judged = std::vector{match("cpu", DeviceKind::cpu)};
  for (const Asking& asking :
       {Asking{Context::ci}, Asking{Context::by_hand, true}, Asking{Context::commit, false, model::Response::warn},
        Asking{Context::commit, false, model::Response::fail}}) {
    const auto found = answered(judged, gpu_and_cpu, laptop(), asking);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].outcome, Outcome::no_gpu);
    EXPECT_THAT(found[1].what, HasSubstr("this machine has no GPU; locked: "));
  }
}

TEST(UnjudgedGpus, NothingIsAddedWhereNoGpuIsLocked) {
  EXPECT_EQ(answered({match("cpu", DeviceKind::cpu)}, {lock("cpu", zen4)}, with({}), {Context::ci, true}).size(), 1U);
}

}  // namespace
}  // namespace unjudged_gpus
}  // namespace envguard::compare
