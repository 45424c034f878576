#include "codec/devices.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

#include "sample_devices.hpp"

namespace envguard::codec {
namespace {

TEST(Devices, AreReadAsTheyWereWritten) {
  EXPECT_EQ(read_devices(write_devices(test::sample_devices())), test::sample_devices());
  EXPECT_EQ(read_devices(write_devices({})), model::Devices{});
}

TEST(Devices, EveryAnswerHasItsWord) {
  for (int number = 0; number <= static_cast<int>(model::DriverAnswer::failed); ++number) {
    model::Devices devices;
    devices.cuda.answer = static_cast<model::DriverAnswer>(number);
    EXPECT_EQ(read_devices(write_devices(devices)).cuda.answer, devices.cuda.answer) << number;
  }
}

TEST(Devices, AnAnswerThatNobodyKnowsIsRefused) {
  auto line = write_devices({});
  line.replace(line.find("not-asked"), 9, "maybe");
  EXPECT_THROW((void)read_devices(line), base::Error);
}

}  // namespace
}  // namespace envguard::codec
