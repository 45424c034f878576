#include <gtest/gtest.h>

#include "base/text.hpp"
#include "model/device.hpp"
#include "model/key.hpp"
#include "model/machine.hpp"
#include "model/run.hpp"

namespace envguard::model {
namespace {

TEST(Device, ReadsWhatItWrites) {
  EXPECT_EQ(Device::parse("cpu"), Device{});
  EXPECT_EQ(Device::parse("cuda"), (Device{DeviceKind::cuda, 0}));
  EXPECT_EQ(Device::parse("cuda:3")->text(), "cuda:3");
  for (const auto* text : {"", "gpu", "cuda:", "cuda:-1", "cuda:999", "CPU"}) EXPECT_FALSE(Device::parse(text)) << text;
}

TEST(Key, NamesItsTarget) {
  EXPECT_EQ(default_target_name(CpuKey{"AuthenticAMD", 25, 97, "avx512-bf16"}), "cpu-amd-25-97");
  EXPECT_EQ(default_target_name(GpuKey{"NVIDIA H200", "9.0", 132}), "h200");
  EXPECT_EQ(default_target_name(GpuKey{"NVIDIA GeForce RTX 4090", "8.9", 128}), "rtx-4090");
  EXPECT_EQ(default_target_name(GpuKey{"NVIDIA H200", "9.0", 16, "1g.18gb"}), "h200-mig-1g-18gb");
  // A name that a driver made up is still a file name.
  for (const auto* gpu : {"", "../../etc", "NVIDIA ", "\x1b[0m漢"}) {
    EXPECT_TRUE(base::is_plain_name(default_target_name(GpuKey{gpu, "9.0", 1}))) << gpu;
  }
}

TEST(Key, DescribesAndLists) {
  const Key gpu = GpuKey{"NVIDIA H200", "9.0", 132};
  EXPECT_EQ(describe(gpu), "NVIDIA H200, compute capability 9.0, 132 SMs");
  EXPECT_EQ(fields(gpu)[2], (std::pair<std::string, std::string>{"sm-count", "132"}));
  EXPECT_EQ(device_kind(gpu), DeviceKind::cuda);
}

TEST(FingerprintId, CoversIdsLinesAndOrder) {
  const std::vector<std::pair<std::string, std::string>> lines{{"blas.a", "1"}, {"blas.b", "2"}};
  EXPECT_NE(fingerprint_id(lines), fingerprint_id({lines[1], lines[0]}));
  EXPECT_NE(fingerprint_id(lines), fingerprint_id({{"blas.a", "1"}, {"blas.b", "unsupported"}}));
  EXPECT_NE(fingerprint_id(lines), fingerprint_id({{"blas.a1", ""}, {"blas.b", "2"}}));
}

TEST(Run, IsWholeOnlyWhenEveryProbeAnswered) {
  model::Run run;
  run.plan.probes = {"blas.a", "blas.b"};
  run.probes = {{"blas.a", ProbeStatus::ok, base::hash128("a"), Evidence{}, ""}};
  EXPECT_FALSE(run.whole());
  run.probes.push_back({"blas.b", ProbeStatus::unsupported, {}, {}, "no kernel"});
  EXPECT_TRUE(run.whole());
  EXPECT_EQ(run.probes[1].line(), "unsupported");
  run.probes[1].status = ProbeStatus::failed;
  EXPECT_FALSE(run.whole());
  run.probes[1].status = ProbeStatus::ok;
  run.fault = Fault{Fault::Kind::no_done, "ended early", ""};
  EXPECT_FALSE(run.whole());
}

TEST(Utc, IsWrittenAsIso8601) {
  const auto time = std::chrono::system_clock::from_time_t(1795393020);
  EXPECT_EQ(utc_day(time), "2026-11-23");
  EXPECT_EQ(utc_time(time), "2026-11-23T00:17:00Z");
}

}  // namespace
}  // namespace envguard::model
