// Driver and GPUs. Where there are none, each absence is an answer with its reason.
#include "codec/devices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "codec/build_id.hpp"

#include "wheels.hpp"

namespace envguard::engine {
namespace {

using testing::HasSubstr;

model::Devices ask(const std::string& nvml, const std::string& cuda) {
  const auto answer = test::talk({"--devices", "--nvml", nvml, "--cuda", cuda}, "");
  EXPECT_EQ(answer.status, 0);
  const auto lines = base::split(base::trim(answer.printed), '\n');
  return codec::read_devices(lines.back());
}

TEST(Devices, AMachineWithoutDriverIsAnAnswer) {
  const model::Devices devices = ask("/nowhere/libnvidia-ml.so.1", "/nowhere/libcuda.so.1");
  EXPECT_EQ(devices.build, codec::build_id());
  EXPECT_EQ(devices.driver, "");
  EXPECT_EQ(devices.nvml.answer, model::DriverAnswer::no_library);
  EXPECT_THAT(devices.nvml.why, HasSubstr("/nowhere/libnvidia-ml.so.1: cannot open shared object file"));
  EXPECT_TRUE(devices.gpus.empty());
  EXPECT_EQ(devices.cuda.answer, model::DriverAnswer::no_library);
  EXPECT_THAT(devices.no_gpu(), HasSubstr("/nowhere/libcuda.so.1: cannot open shared object file"));
}

TEST(Devices, ALibraryThatIsNotTheDriversIsAnAnswer) {
  const model::Devices devices = ask("libm.so.6", "libm.so.6");
  EXPECT_THAT(devices.nvml.why, HasSubstr("has no symbol nvmlInit_v2"));
  EXPECT_THAT(devices.cuda.why, HasSubstr("has no symbol cuInit"));
}

}  // namespace
}  // namespace envguard::engine
