#include "version/driver.hpp"

#include <gtest/gtest.h>

namespace envguard::version {
namespace {

TEST(DriverVersion, ReadsWhatNvidiaWrites) {
  for (const auto* text : {"580.65.06", "535.129.03", "470.82", "610.0"}) {
    const auto driver = DriverVersion::parse(text);
    ASSERT_TRUE(driver) << text;
    EXPECT_EQ(driver->text(), text);
  }
  EXPECT_EQ(DriverVersion::parse("580.65.06")->release().text(), "580.65.6");
}

TEST(DriverVersion, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "580", "580.", "580.65.06.1", "580.x", "v580.65", "580.65.06+cu", "-1.2", "580.99999999999"}) {
    EXPECT_FALSE(DriverVersion::parse(text)) << text;
  }
}

TEST(DriverVersion, OrdersByNumber) {
  EXPECT_LT(*DriverVersion::parse("580.65.06"), *DriverVersion::parse("580.126.02"));
  EXPECT_LT(*DriverVersion::parse("470.82"), *DriverVersion::parse("470.82.01"));
  EXPECT_EQ(*DriverVersion::parse("580.65.06"), *DriverVersion::parse("580.65.6"));
}

}  // namespace
}  // namespace envguard::version
