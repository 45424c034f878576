#include "lockfile/duration.hpp"

#include <gtest/gtest.h>

namespace envguard::lockfile {
namespace {

using std::chrono::hours;

TEST(Duration, IsAWholeNumberOfAUnit) {
  EXPECT_EQ(parse_duration("45s"), std::chrono::seconds(45));
  EXPECT_EQ(parse_duration("30m"), std::chrono::minutes(30));
  EXPECT_EQ(parse_duration("12h"), hours(12));
  EXPECT_EQ(parse_duration("7d"), hours(7 * 24));
  EXPECT_EQ(parse_duration("0h"), hours(0));
  EXPECT_EQ(parse_duration("3650d"), hours(3650 * 24));
}

TEST(Duration, IsNothingElse) {
  for (const auto* text : {"", "h", "12", "12 h", " 12h", "-1h", "+1h", "1.5h", "12H", "1w", "12hh", "3651d",
                           "999999999999999999999s", "9223372036854775807d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace envguard::lockfile
