#include "compare/choose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace envguard::compare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const model::CpuKey zen4{"AuthenticAMD", 25, 97, "avx512-bf16"};
const model::CpuKey xeon{"GenuineIntel", 6, 143, "amx"};
const model::GpuKey h200{"NVIDIA H200", "9.0", 132};

model::Lock lock(std::string target, model::Key key) {
  model::Lock lock;
  lock.environment = "train";
  lock.target = std::move(target);
  lock.key = std::move(key);
  return lock;
}

model::Observed here(bool gpu) {
  model::Observed observed;
  observed.cpu = zen4;
  if (gpu) observed.gpu = h200;
  return observed;
}

TEST(Choose, EveryLockThatFitsWithTheGpuFirst) {
  const std::vector<model::Lock> locks{lock("cpu", zen4), lock("intel", xeon), lock("h200", h200)};
  EXPECT_THAT(choose(locks, here(true), {}), ElementsAre(2U, 0U));
  EXPECT_THAT(choose(locks, here(false), {}), ElementsAre(0U));
  EXPECT_THAT(choose(locks, here(true), {model::DeviceKind::cpu, {}}), ElementsAre(0U));
  EXPECT_THAT(choose({lock("intel", xeon)}, here(false), {}), IsEmpty());
}

TEST(Nearest, PrefersTheVendorThenTheInstructionSetThenTheModel) {
  const auto cpu = [](std::string vendor, int family, int model, std::string isa) {
    return lock("cpu", model::CpuKey{std::move(vendor), family, model, std::move(isa)});
  };
  const auto intel = cpu("GenuineIntel", 25, 97, "avx512-bf16"), old_amd = cpu("AuthenticAMD", 25, 97, "avx2"),
             other_amd = cpu("AuthenticAMD", 26, 2, "avx512-bf16"),
             sibling = cpu("AuthenticAMD", 25, 17, "avx512-bf16");
  const auto found = [](const std::vector<model::Lock>& locks) {
    return nearest(locks, here(true), model::DeviceKind::cpu);
  };
  EXPECT_EQ(found({intel, old_amd}), 1U);
  EXPECT_EQ(found({old_amd, other_amd}), 1U);
  EXPECT_EQ(found({other_amd, sibling, intel}), 1U);
  EXPECT_EQ(found({sibling, sibling}), 0U) << "the first of equals";
}

TEST(Nearest, IsOfTheSameKindOfDevice) {
  const auto a100 = lock("a100", model::GpuKey{"NVIDIA A100", "8.0", 108});
  const auto h100 = lock("h100", model::GpuKey{"NVIDIA H100", "9.0", 114});
  const std::vector<model::Lock> locks{lock("cpu", xeon), a100, h100};
  EXPECT_EQ(nearest(locks, here(true), model::DeviceKind::cuda), 2U);
  EXPECT_EQ(nearest(locks, here(true), model::DeviceKind::cpu), 0U);
  EXPECT_FALSE(nearest({a100}, here(true), model::DeviceKind::cpu));
}

TEST(Choose, ANamedTargetIsTakenWhetherItFitsOrNot) {
  const std::vector<model::Lock> locks{lock("cpu", zen4), lock("intel", xeon)};
  EXPECT_THAT(choose(locks, here(false), {{}, "intel"}), ElementsAre(1U));
  EXPECT_THROW((void)choose(locks, here(false), {{}, "l4"}), base::Error);
}

TEST(Choose, TwoThatFitOneDeviceAreAUsageErrorThatNamesBoth) {
  try {
    (void)choose({lock("a", zen4), lock("b", zen4)}, here(false), {});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    EXPECT_THAT(error.message(), HasSubstr("a, b"));
    EXPECT_EQ(error.next(),
              "choose one here: envguard check --environment train --target a\nor keep one, as the hook needs it: git "
              "rm envguard.lock.d/train/b.toml envguard.lock.d/train/b.evidence");
  }
}

TEST(NotLockedHere, NamesBothKeysAndAFreeTarget) {
  auto other = zen4;
  other.isa = "avx2";
  const auto judgement = not_locked_here({lock("cpu-amd-25-97", other)}, here(false), {});
  EXPECT_EQ(judgement.outcome, model::Outcome::not_locked);
  EXPECT_THAT(judgement.what, HasSubstr("avx512-bf16"));
  EXPECT_THAT(judgement.what, HasSubstr("avx2"));
  EXPECT_EQ(judgement.accept, "envguard lock --environment train --target cpu-amd-25-97-avx512-bf16");
}

TEST(NotLockedHere, SaysOfAMachineWithoutAGpuWhatItHasAndWhatCanBeJudged) {
  const auto judgement = not_locked_here({lock("cpu", zen4)}, here(false), {model::DeviceKind::cuda, {}});
  EXPECT_EQ(judgement.outcome, model::Outcome::no_gpu);
  EXPECT_EQ(judgement.what, "this machine has no GPU; locked: cpu (AuthenticAMD family 25 model 97, avx512-bf16)");
  EXPECT_EQ(judgement.next, "envguard check --environment train --device cpu");
  const auto other = not_locked_here({lock("intel", xeon)}, here(false), {model::DeviceKind::cuda, {}});
  EXPECT_EQ(other.next, "envguard doctor");
}

TEST(NotLockedHere, OnlyLocksOfGpusAndNoGpuIsNoGpu) {
  EXPECT_EQ(not_locked_here({lock("h200", h200)}, here(false), {}).outcome, model::Outcome::no_gpu);
  EXPECT_EQ(not_locked_here({lock("h200", h200), lock("intel", xeon)}, here(false), {}).outcome,
            model::Outcome::not_locked);
}

TEST(FreeTargetName, GrowsUntilNobodyHasIt) {
  EXPECT_EQ(free_target_name({}, zen4), "cpu-amd-25-97");
  EXPECT_EQ(free_target_name({"cpu-amd-25-97"}, zen4), "cpu-amd-25-97-avx512-bf16");
  EXPECT_EQ(free_target_name({"cpu-amd-25-97", "cpu-amd-25-97-avx512-bf16"}, zen4), "cpu-amd-25-97-avx512-bf16-2");
  EXPECT_EQ(free_target_name({"h200"}, h200), "h200-132sm");
}

TEST(NotLockedHere, WithoutAGpuThereIsNoCommandThatLocksOne) {
  const auto judgement = not_locked_here({lock("h200", h200)}, here(false), {model::DeviceKind::cuda, {}});
  EXPECT_EQ(judgement.hardware, "no GPU");
  EXPECT_THAT(judgement.accept, IsEmpty());
}

}  // namespace
}  // namespace envguard::compare
