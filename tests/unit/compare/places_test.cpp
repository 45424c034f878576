#include "compare/places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "compare/gpus.hpp"

namespace envguard::compare {
namespace {

using model::Device;
using model::DeviceKind;
using testing::ElementsAre;
using testing::IsEmpty;

const model::CpuKey zen4{"AuthenticAMD", 25, 97, "avx512-bf16"};
const model::GpuKey h100{"NVIDIA H100 80GB HBM3", "9.0", 132};
const model::GpuKey a100{"NVIDIA A100-SXM4-80GB", "8.0", 108};
constexpr Device the_cpu{DeviceKind::cpu, 0};

constexpr Device cuda(int index) {
  return {DeviceKind::cuda, index};
}

model::Lock lock(std::string target, model::Key key) {
  model::Lock lock;
  lock.target = std::move(target);
  lock.key = std::move(key);
  return lock;
}

model::Observed with(const std::vector<model::GpuKey>& keys, int full = -1) {
  model::Observed observed;
  observed.cpu = zen4;
  observed.devices.emplace();
  for (const auto& key : keys) {
    model::Gpu gpu;
    gpu.index = static_cast<int>(observed.devices->gpus.size());
    gpu.key = key;
    if (gpu.index == full) gpu.free_bytes = 0;
    observed.devices->gpus.push_back(gpu);
  }
  return observed;
}

const std::vector<model::Lock> every_lock{lock("cpu", zen4), lock("h100", h100), lock("a100", a100)};

TEST(Places, EveryKeyThatIsLockedAndTheCpuLast) {
  EXPECT_THAT(places(every_lock, with({a100, h100}), {}), ElementsAre(cuda(0), cuda(1), the_cpu));
  EXPECT_THAT(places({every_lock[1]}, with({a100, h100}), {}), ElementsAre(cuda(1), the_cpu))
      << "nobody locked the A100";
  EXPECT_THAT(places(every_lock, with({}), {}), ElementsAre(the_cpu));
  EXPECT_THAT(places(every_lock, {}, {}), ElementsAre(the_cpu)) << "GPUs were not asked about";
}

TEST(Places, OfSeveralOfOneKeyAnIdleOne) {
  EXPECT_THAT(places({every_lock[1]}, with({h100, h100, h100}, 0), {}), ElementsAre(cuda(1), the_cpu));
}

TEST(Places, TheDeviceThatWasAskedForThereOrNot) {
  EXPECT_THAT(places(every_lock, with({a100}), {cuda(7), false, {}}), ElementsAre(cuda(7)));
  EXPECT_THAT(places(every_lock, with({a100}), {the_cpu, false, {}}), ElementsAre(the_cpu));
}

TEST(Places, AllAreTheGpusLockedOrNotAndNoCpu) {
  EXPECT_THAT(places({every_lock[0]}, with({h100, h100}), {std::nullopt, true, {}}), ElementsAre(cuda(0), cuda(1)));
  EXPECT_THAT(places(every_lock, with({}), {std::nullopt, true, {}}), IsEmpty());
}

TEST(Places, ANamedTargetIsJudgedWhereItsKeyIs) {
  EXPECT_THAT(places(every_lock, with({h100, a100}), {std::nullopt, false, "a100"}), ElementsAre(cuda(1)));
  EXPECT_THAT(places(every_lock, with({h100}), {std::nullopt, false, "a100"}), ElementsAre(cuda(0)))
      << "to say what differs";
  EXPECT_THAT(places(every_lock, with({h100}), {std::nullopt, false, "cpu"}), ElementsAre(the_cpu));
}

TEST(NeedsGpus, WhereALockOrTheQuestionIsOfOne) {
  EXPECT_FALSE(needs_gpus({every_lock[0]}, {}));
  EXPECT_TRUE(needs_gpus(every_lock, {}));
  EXPECT_TRUE(needs_gpus({every_lock[0]}, {std::nullopt, true, {}}));
  EXPECT_TRUE(needs_gpus({every_lock[0]}, {cuda(0), false, {}}));
  EXPECT_FALSE(needs_gpus(every_lock, {the_cpu, false, {}}));
}

TEST(ShowsNvidia, ABrokenOrHiddenOneIncluded) {
  EXPECT_FALSE(shows_nvidia({}));
  for (const auto answer :
       {model::DriverAnswer::no_library, model::DriverAnswer::no_driver, model::DriverAnswer::stub}) {
    auto observed = with({});
    observed.devices->cuda.answer = answer;
    EXPECT_FALSE(shows_nvidia(observed)) << model::name(answer);
    observed.devices->hidden.emplace_back();
    EXPECT_TRUE(shows_nvidia(observed)) << model::name(answer);
  }
  for (const auto answer :
       {model::DriverAnswer::no_device, model::DriverAnswer::version_mismatch, model::DriverAnswer::lost}) {
    auto observed = with({});
    observed.devices->cuda.answer = answer;
    EXPECT_TRUE(shows_nvidia(observed)) << model::name(answer);
  }
  model::Observed loaded;
  loaded.kernel_driver.emplace();
  EXPECT_TRUE(shows_nvidia(loaded));
}

TEST(Places, ALockThatIsNamedIsJudgedOnItsOwnKindOfDevice) {
  const auto code = [](const Asked& asked) {
    try {
      insist_on_kind(every_lock, asked);
      return base::ExitCode::match;
    } catch (const base::Error& error) {
      EXPECT_THAT(error.message(), testing::HasSubstr("the lock " + asked.target + " is of a "));
      return error.code();
    }
  };
  EXPECT_EQ(code({cuda(0), false, "cpu"}), base::ExitCode::usage);
  EXPECT_EQ(code({the_cpu, false, "h100"}), base::ExitCode::usage);
  EXPECT_EQ(code({{}, true, "cpu"}), base::ExitCode::usage);
  EXPECT_EQ(code({cuda(1), false, "h100"}), base::ExitCode::match);
  EXPECT_EQ(code({the_cpu, false, "cpu"}), base::ExitCode::match);
  EXPECT_EQ(code({{}, true, "h100"}), base::ExitCode::match);
  EXPECT_EQ(code({{}, false, "cpu"}), base::ExitCode::match);
}

}  // namespace
}  // namespace envguard::compare
