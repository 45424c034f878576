#include "recipe/summary.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "recipe/input.hpp"

namespace envguard::recipe {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

model::Evidence summarize_f64(const std::vector<double>& values) {
  return summarize(std::as_bytes(std::span(values)), DType::float64);
}

/// The estimate of a distance: high and low parts are subtracted apart, so that nothing cancels.
double distance(const model::Sketch& one, const model::Sketch& other) {
  double squares = 0;
  for (std::size_t i = 0; i < model::sketch_buckets; ++i) {
    const double d =
        (one.high[i] - other.high[i]) + (static_cast<double>(one.low[i]) - static_cast<double>(other.low[i]));
    squares += d * d;
  }
  return std::sqrt(squares);
}

TEST(TensorHash, CoversBytesDtypeShapeAndStrides) {
  const Buffer buffer = generate({"x", DType::float32, {2, 3}, Fill::uniform, 7, 0, 0});
  const auto hash = [&](DType dtype, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides) {
    return tensor_hash(buffer.bytes(), dtype, shape, strides);
  };
  // xxhash.xxh3_128_hexdigest(bytes + b"float32 [2, 3] [3, 1]") in Python.
  EXPECT_EQ(hash(DType::float32, {2, 3}, {3, 1}).hex(), "2fee6ba7a417871f544becd92fba3e55");
  EXPECT_NE(hash(DType::float32, {2, 3}, {1, 2}), hash(DType::float32, {2, 3}, {3, 1}));
  EXPECT_NE(hash(DType::float32, {3, 2}, {3, 1}), hash(DType::float32, {2, 3}, {3, 1}));
  EXPECT_NE(hash(DType::bfloat16, {2, 3}, {3, 1}), hash(DType::float16, {2, 3}, {3, 1}));
  EXPECT_EQ(tensor_hash({}, DType::float32, {}, {}), base::hash128("float32 [] []"));
}

TEST(Summary, CountsWhatIsNotANormalNumber) {
  const auto evidence =
      summarize_f64({nan, -infinity, infinity, -0.0, 0.0, 0x1p-1023, -0x1p-1074, 0x1p-1022, -3.0, 4.0});
  EXPECT_EQ(evidence.elements, 10U);
  EXPECT_EQ(evidence.nan, 1U);
  EXPECT_EQ(evidence.inf, 2U);
  EXPECT_EQ(evidence.negative_zero, 1U);
  EXPECT_EQ(evidence.subnormal, 2U);
  EXPECT_EQ(evidence.norm, 5.0);
  EXPECT_EQ(evidence.max, 4.0);
}

TEST(Summary, SubnormalIsMeantInTheTensorsOwnType) {
  const std::array<std::uint16_t, 4> bits{0x0001, 0x03FF, 0x0400,
                                          0x8000};  // float16: two subnormals, the smallest normal, -0
  const auto half = summarize(std::as_bytes(std::span(bits)), DType::float16);
  EXPECT_EQ(half.subnormal, 2U);
  EXPECT_EQ(half.negative_zero, 1U);
  const auto brain = summarize(std::as_bytes(std::span(bits)), DType::bfloat16);  // 0x0080 is its smallest normal
  EXPECT_EQ(brain.subnormal, 1U);
  const std::array<float, 2> singles{0x1p-127F, 0x1p-126F};
  EXPECT_EQ(summarize(std::as_bytes(std::span(singles)), DType::float32).subnormal, 1U);
}

TEST(Summary, NamesWhereNaNsAndInfinitiesStand) {
  const auto positions = [](const std::vector<double>& values) { return summarize_f64(values).nonfinite_positions; };
  EXPECT_EQ(positions({1, 2, 3}), base::Hash128{});
  EXPECT_NE(positions({nan, 2, 3}), base::Hash128{});
  EXPECT_NE(positions({nan, 2, 3}), positions({1, nan, 3}));
  EXPECT_NE(positions({nan, 2, 3}), positions({infinity, 2, 3}));
  EXPECT_NE(positions({infinity, 2, 3}), positions({-infinity, 2, 3}));
  EXPECT_EQ(positions({nan, 2, 3}), positions({-nan, 5, 6}));
}

TEST(Summary, LeavesNaNAndInfinityOutOfTheSketch) {
  EXPECT_EQ(summarize_f64({1, nan, 3}).sketch, summarize_f64({1, 0, 3}).sketch);
  EXPECT_EQ(summarize_f64({1, infinity, 3}).sketch, summarize_f64({1, 0, 3}).sketch);
}

TEST(Summary, TheNormNeitherOverflowsNorVanishes) {
  EXPECT_DOUBLE_EQ(summarize_f64({3e300, 4e300}).norm, 5e300);
  EXPECT_DOUBLE_EQ(summarize_f64({3e-300, -4e-300}).norm, 5e-300);
  EXPECT_EQ(summarize_f64({0x1p-1074}).norm, 0x1p-1074);
  EXPECT_EQ(summarize_f64({0, -0.0}).norm, 0);
}

TEST(Summary, SentinelsAreSpreadEvenly) {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const auto evidence = summarize_f64(values);
  EXPECT_EQ(evidence.sentinels.front(), 0);
  EXPECT_EQ(evidence.sentinels[1], 62);
  EXPECT_EQ(evidence.sentinels.back(), 937);
}

TEST(Summary, NothingGivesZeros) {
  EXPECT_EQ(summarize({}, DType::float32), model::Evidence{});
}

TEST(Sketch, HidesNoDifferenceThatAPlainSumWouldLose) {
  std::vector<double> one(10'000, 1.0);
  one[77] = 0x1p-60;
  std::vector<double> other = one;
  other[77] = 0x1p-61;
  EXPECT_EQ(distance(summarize_f64(one).sketch, summarize_f64(other).sketch), 0x1p-61);
}

RC_GTEST_PROP(Sketch, IsLinear, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 300);
  const auto whole =
      rc::gen::map(rc::gen::inRange(-1'000'000, 1'000'000), [](int value) { return static_cast<double>(value); });
  const auto x = *rc::gen::container<std::vector<double>>(size, whole);
  const auto y = *rc::gen::container<std::vector<double>>(size, whole);
  std::vector<double> sum(size);
  for (std::size_t i = 0; i < size; ++i) sum[i] = x[i] + y[i];
  const auto of_x = summarize_f64(x).sketch, of_y = summarize_f64(y).sketch, of_sum = summarize_f64(sum).sketch;
  for (std::size_t i = 0; i < model::sketch_buckets; ++i) RC_ASSERT(of_x.high[i] + of_y.high[i] == of_sum.high[i]);
}

RC_GTEST_PROP(Sketch, IsExactWhereOneElementDiffers, ()) {
  const Input input{"x", DType::float64, {500}, Fill::uniform, *rc::gen::arbitrary<std::uint64_t>(), 0, 0};
  const Buffer buffer = generate(input);
  std::vector<double> one;
  one.reserve(500);
  for (std::size_t i = 0; i < 500; ++i) one.push_back(load(buffer.bytes().data() + 8 * i, DType::float64));
  std::vector<double> other = one;
  const auto index = *rc::gen::inRange<std::size_t>(0, 500);
  other[index] += std::ldexp(1.0, *rc::gen::inRange(-40, 3));
  const double expected = std::fabs(other[index] - one[index]);  // itself rounded, where the step is a large one
  const double tolerance = std::max(0x1p-70, expected * 0x1p-51);
  RC_ASSERT(std::fabs(distance(summarize_f64(one).sketch, summarize_f64(other).sketch) - expected) <= tolerance);
}

RC_GTEST_PROP(Sketch, EstimatesTheDistance, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const Buffer difference = generate({"d", DType::float64, {4000}, Fill::uniform, seed, 0, 0});
  const model::Evidence evidence = summarize(difference.bytes(), DType::float64);
  const double ratio = distance(evidence.sketch, model::Sketch{}) / evidence.norm;
  RC_ASSERT(ratio > 0.5 && ratio < 1.7);  // 95% lie in 0.80 to 1.32
}

}  // namespace
}  // namespace envguard::recipe
