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

TEST(Day, IsOneThatExists) {
  for (const auto* text : {"2026-11-23", "2028-02-29", "2000-02-29", "0001-01-01", "9999-12-31"}) {
    EXPECT_TRUE(is_day(text)) << text;
  }
  for (const auto* text : {"", "2026-11-3", "2026-11-233", "2026-13-01", "2026-00-10", "2026-02-30", "2027-02-29",
                           "1900-02-29", "2026-11-00", "2026/11/23", "2026-11-2x", "-026-11-23", " 2026-11-23",
                           "2026-11-23 ", "2026-11-23T00:00:00Z", "+026-11-23"}) {
    EXPECT_FALSE(is_day(text)) << text;
  }
}

}  // namespace
}  // namespace envguard::lockfile
