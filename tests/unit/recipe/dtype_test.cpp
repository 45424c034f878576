#include "recipe/dtype.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace envguard::recipe {
namespace {

TEST(DType, NamesAndSizesArePyTorchs) {
  EXPECT_EQ(name(DType::bfloat16), "bfloat16");
  EXPECT_EQ(parse_dtype("float16"), DType::float16);
  EXPECT_EQ(parse_dtype("half"), std::nullopt);
  EXPECT_EQ(size_of(DType::float64), 8U);
  EXPECT_EQ(size_of(DType::bfloat16), 2U);
  EXPECT_FALSE(is_floating(DType::int64));
}

TEST(DType, EveryFloat16RoundTrips) {
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = from_float16(half);
    if (std::isnan(value)) {
      EXPECT_GT(bits & 0x7FFFU, 0x7C00U);
    } else {
      ASSERT_EQ(to_float16(value), half) << std::hex << bits;
    }
  }
}

TEST(DType, Float16RoundsTiesToEvenAndOverflowsToInfinity) {
  EXPECT_EQ(to_float16(1.0F + 0x1p-11F), 0x3C00);      // half-way: stays at the even 1
  EXPECT_EQ(to_float16(1.0F + 0x1.8p-10F), 0x3C02);    // half-way: goes up to the even
  EXPECT_EQ(to_float16(1.0F + 0x1.002p-11F), 0x3C01);  // just above half-way
  EXPECT_EQ(to_float16(65504.0F), 0x7BFF);             // the largest
  EXPECT_EQ(to_float16(65519.996F), 0x7BFF);
  EXPECT_EQ(to_float16(65520.0F), 0x7C00);  // half-way to 2^16: infinity
  EXPECT_EQ(to_float16(0x1p-24F), 0x0001);  // the smallest subnormal
  EXPECT_EQ(to_float16(0x1p-25F), 0x0000);  // half-way to zero
  EXPECT_EQ(to_float16(0x1.002p-25F), 0x0001);
  EXPECT_EQ(to_float16(-0.0F), 0x8000);
  EXPECT_EQ(to_float16(-HUGE_VALF), 0xFC00);
  EXPECT_GT(to_float16(std::numeric_limits<float>::quiet_NaN()) & 0x7FFF, 0x7C00);
}

TEST(DType, Bfloat16RoundsTiesToEven) {
  EXPECT_EQ(to_bfloat16(1.0F), 0x3F80);
  EXPECT_EQ(to_bfloat16(1.0F + 0x1p-8F), 0x3F80);
  EXPECT_EQ(to_bfloat16(1.0F + 0x1.8p-7F), 0x3F82);
  EXPECT_EQ(to_bfloat16(-0x1.FFp127F - 0x1p119F), 0xFF80);  // rounds past the largest
  EXPECT_TRUE(std::isnan(from_bfloat16(to_bfloat16(std::bit_cast<float>(0x7F800001U)))));
}

RC_GTEST_PROP(DType, Float16IsTheNearest, ()) {
  const float value =
      std::ldexp(static_cast<float>(*rc::gen::inRange(-(1 << 24), 1 << 24)), *rc::gen::inRange(-54, -8));
  RC_PRE(std::fabs(value) < 65504.0F);
  const std::uint16_t half = to_float16(value);
  const double error = std::fabs(static_cast<double>(from_float16(half)) - static_cast<double>(value));
  for (const int step : {-1, 1}) {
    const auto neighbour = static_cast<std::uint16_t>(half + step);
    if (((neighbour ^ half) & 0x8000) != 0) continue;  // beyond zero
    RC_ASSERT(error <= std::fabs(static_cast<double>(from_float16(neighbour)) - static_cast<double>(value)));
  }
}

TEST(DType, LoadReadsEveryTypeExactly) {
  const auto loaded = [](const auto& value, DType dtype) {
    std::array<std::byte, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    return load(bytes.data(), dtype);
  };
  EXPECT_EQ(loaded(0x1.123456789abcdp-3, DType::float64), 0x1.123456789abcdp-3);
  EXPECT_EQ(loaded(0x1.12345ap-3F, DType::float32), 0x1.12345ap-3);
  EXPECT_EQ(loaded(std::uint16_t{0xC500}, DType::float16), -5.0);
  EXPECT_EQ(loaded(std::uint16_t{0x40A0}, DType::bfloat16), 5.0);
  EXPECT_EQ(loaded(std::int64_t{-7}, DType::int64), -7.0);
}

}  // namespace
}  // namespace envguard::recipe
