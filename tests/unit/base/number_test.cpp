#include "base/number.hpp"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace envguard::base {
namespace {

TEST(HexFloat, WritesC99) {
  EXPECT_EQ(to_hex_float(12.0), "0x1.8p+3");
  EXPECT_EQ(to_hex_float(-0.0), "-0x0p+0");
  EXPECT_EQ(to_hex_float(-INFINITY), "-inf");
  EXPECT_EQ(to_hex_float(NAN), "nan");
}

TEST(HexFloat, RefusesWhatIsNotHexFloat) {
  for (const auto* text : {"", "1.5", "0x", "0x1.8p+3 ", "0x-1p+0", "0x1p+9999", "-nan", "0xinf", "--0x1p+0"}) {
    EXPECT_FALSE(parse_hex_float(text)) << text;
  }
}

RC_GTEST_PROP(HexFloat, ReadsBackEveryBit, (std::uint64_t bits)) {
  const auto value = std::bit_cast<double>(bits);
  const auto read = parse_hex_float(to_hex_float(value));
  RC_ASSERT(read.has_value());
  RC_ASSERT((std::isnan(value) ? std::isnan(*read) : std::bit_cast<std::uint64_t>(*read) == bits));
}

TEST(Integer, TakesTheWholeText) {
  EXPECT_EQ(parse_integer("-12"), -12);
  for (const auto* text : {"", "1x", " 1", "99999999999999999999"}) EXPECT_FALSE(parse_integer(text)) << text;
}

}  // namespace
}  // namespace envguard::base
