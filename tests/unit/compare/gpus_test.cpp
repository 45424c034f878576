#include "compare/gpus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;
const model::GpuKey h100{"NVIDIA H100 80GB HBM3", "9.0", 132};
const model::GpuKey a100{"NVIDIA A100-SXM4-80GB", "8.0", 108};

model::Gpu idle(int index, model::GpuKey key = h100) {
  model::Gpu gpu;
  gpu.index = index;
  gpu.key = std::move(key);
  gpu.free_bytes = 79 * gibibyte;
  gpu.total_bytes = 80 * gibibyte;
  gpu.compute_mode = "default";
  return gpu;
}

model::Gpu full(int index, model::GpuKey key = h100) {
  auto gpu = idle(index, std::move(key));
  gpu.free_bytes = gibibyte / 2;
  gpu.processes = {{7, gibibyte, "sh"}, {41213, 71 * gibibyte, "python"}};
  return gpu;
}

TEST(Busy, SaysWhoHoldsTheMemoryTheGreatestFirst) {
  EXPECT_EQ(busy(full(3)),
            "GPU 3 is busy: python 41213 holds 71.0 GiB, sh 7 holds 1.0 GiB; 0.5 GiB of 80.0 GiB are free");
  EXPECT_FALSE(busy(idle(0)));
}

TEST(Busy, TwoGibibytesAreEnough) {
  auto gpu = full(0);
  gpu.free_bytes = needed_bytes;
  EXPECT_FALSE(busy(gpu));
  gpu.free_bytes = needed_bytes - 1;
  EXPECT_TRUE(busy(gpu));
}

TEST(Busy, AProcessThatHasTheGpuToItself) {
  auto gpu = idle(0);
  gpu.compute_mode = "exclusive-process";
  EXPECT_FALSE(busy(gpu)) << "nobody is on it";
  gpu.processes = {{41213, 0, ""}};
  EXPECT_EQ(busy(gpu), "GPU 0 is busy: its compute mode is exclusive-process, and process 41213 is on it");
  gpu.processes = {{41213, 0, "nvidia-cuda-mps-server"}};
  EXPECT_FALSE(busy(gpu)) << "MPS shares what it holds";
  gpu.processes = {{41213, 0, ""}};
  gpu.compute_mode = "default";
  EXPECT_FALSE(busy(gpu));
}

TEST(TooSmall, IsNotBusyAndNeverBecomesIdle) {
  auto gpu = idle(0);
  EXPECT_FALSE(too_small(gpu));
  gpu.total_bytes = needed_bytes - 1;
  EXPECT_THAT(too_small(gpu).value_or(""), testing::HasSubstr("it has 2.0 GiB in all, and measuring takes 2.0"));
  gpu.total_bytes.reset();
  EXPECT_FALSE(too_small(gpu)) << "NVML does not tell";
}

TEST(TakenMeanwhile, OnlyWhereTheModeSaysSoAndCudaRefused) {
  const std::string refused = "CUDA error: CUDA-capable device(s) is/are busy or unavailable";
  auto gpu = idle(0);
  EXPECT_FALSE(taken_meanwhile(gpu, refused)) << "a fault";
  gpu.compute_mode = "exclusive-process";
  EXPECT_FALSE(taken_meanwhile(gpu, "CUDA error: an illegal memory access was encountered"));
  EXPECT_THAT(taken_meanwhile(gpu, refused).value_or(""), testing::HasSubstr("a process that NVML does not list"));
  gpu.processes = {{41213, gibibyte, "python"}};
  EXPECT_THAT(taken_meanwhile(gpu, refused).value_or(""), testing::HasSubstr("and python 41213 holds 1.0 GiB"));
}

TEST(Busy, WhatNvmlDoesNotTellIsNotGuessed) {
  model::Gpu gpu;
  gpu.key = h100;
  EXPECT_FALSE(busy(gpu));
  EXPECT_EQ(occupation(gpu), "");
}

TEST(Busy, ManyUsersAndHostileNamesStayShort) {
  auto gpu = full(0);
  gpu.processes.assign(5, {1, gibibyte, "\x1b[31m"});
  EXPECT_EQ(occupation(gpu).find('\x1b'), std::string::npos);
  EXPECT_THAT(occupation(gpu), testing::HasSubstr("2 more; 0.5 GiB"));
}

TEST(OneOfEachKey, IsTheIdleOneThenTheFirst) {
  EXPECT_THAT(one_of_each_key({full(0), idle(1), idle(2)}), ElementsAre(1));
  EXPECT_THAT(one_of_each_key({full(0), full(1)}), ElementsAre(0));
  EXPECT_THAT(one_of_each_key({full(0), idle(1, a100), idle(2)}), ElementsAre(2, 1)) << "in the order of the keys";
  EXPECT_THAT(one_of_each_key({}), IsEmpty());
}

TEST(OfOneKey, AreTheOthersIdleOnesFirst) {
  EXPECT_THAT(of_one_key({full(0), idle(1), full(2), idle(3), idle(4, a100)}, 1), ElementsAre(3, 0, 2));
  EXPECT_THAT(of_one_key({idle(0), idle(1, a100)}, 0), IsEmpty());
  EXPECT_THAT(of_one_key({idle(0)}, 7), IsEmpty()) << "it is not there";
}

TEST(Unusable, LostAndUndividedButNotHiddenNorOfAnotherJob) {
  model::Devices devices;
  devices.hidden.resize(4);
  devices.hidden[0].name = "hidden by CUDA_VISIBLE_DEVICES";
  devices.hidden[1].why = "nvmlDeviceGetHandleByIndex_v2: GPU is lost";
  devices.hidden[2].name = "NVIDIA H100";
  devices.hidden[2].pci_id = "00000000:1B:00.0";
  devices.hidden[2].mig = true;
  devices.hidden[3].why = "nvmlDeviceGetHandleByIndex_v2: Insufficient Permissions";
  devices.hidden[3].answer = model::DriverAnswer::no_permission;  // another job's
  EXPECT_THAT(unusable(devices),
              ElementsAre("a GPU computes for nobody: nvmlDeviceGetHandleByIndex_v2: GPU is lost",
                          "NVIDIA H100 at PCI 00000000:1B:00.0 computes for nobody: MIG is on and no instance made"));
}

TEST(BestOf, IsOfThisKeyAlone) {
  EXPECT_EQ(best_of({idle(0), full(1, a100)}, a100), 1);
  EXPECT_EQ(best_of({idle(0)}, a100), std::nullopt);
  auto instance = h100;
  instance.mig_profile = "1g.10gb";
  EXPECT_EQ(best_of({idle(0)}, instance), std::nullopt) << "a MIG instance is no whole GPU";
}

}  // namespace
}  // namespace envguard::compare
