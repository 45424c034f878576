#include "compare/distance.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "recipe/summary.hpp"

namespace envguard::compare {
namespace {

model::Evidence evidence_of(const std::vector<double>& values) {
  return recipe::summarize(std::as_bytes(std::span(values)), recipe::DType::float64);
}

std::vector<double> noise(std::size_t elements, unsigned seed, double scale) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(0, scale);
  std::vector<double> values(elements);
  for (auto& value : values) value = normal(generator);
  return values;
}

double l2(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

std::vector<double> plus(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

TEST(Distance, IsExactWhereOneElementDiffers) {
  auto values = noise(1000, 1, 1);
  const auto locked = evidence_of(values);
  values[417] += 0.25;
  const auto here = evidence_of(values);
  const auto found = distance(locked, here);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->value, 0.25 / std::max(locked.norm, here.norm), 1e-12);
}

TEST(Distance, IsNotLessThanTheNormsAreApart) {
  const auto here = evidence_of(noise(1000, 1, 1));
  auto locked = here;
  for (const double larger : {16.0, 1e6, 1e300}) {
    locked.norm = larger * here.norm;
    const auto found = distance(locked, here);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->value, 1 - 1 / larger, 1e-12) << "whatever the sketches say";
    EXPECT_NEAR(found->low, found->value, 1e-12);
    EXPECT_GE(found->high, found->value);
  }
  locked.norm = std::nextafter(here.norm, 0);
  EXPECT_EQ(distance(locked, here)->value, 0) << "the rounding of a norm is no distance";
}

TEST(Distance, CoversTheTrueOneInNinetyFiveOfAHundredDenseCases) {
  constexpr int pairs = 500;
  const auto base = noise(10'000, 7, 1);
  const auto locked = evidence_of(base);
  int covered = 0;
  for (unsigned pair = 0; pair < pairs; ++pair) {
    const auto difference = noise(base.size(), 100 + pair, 1e-6);
    const auto here = evidence_of(plus(base, difference));
    const auto found = distance(locked, here);
    ASSERT_TRUE(found);
    const double truth = l2(difference) / std::max(locked.norm, here.norm);
    covered += found->low <= truth && truth <= found->high;
  }
  EXPECT_GE(covered, pairs * 93 / 100);
  EXPECT_LE(covered, pairs * 97 / 100);
}

TEST(Distance, OfNumbersWhoseSquaresOverflow) {
  auto values = noise(100, 3, 1e200);
  const auto locked = evidence_of(values);
  for (auto& value : values) value = -value;
  const auto found = distance(locked, evidence_of(values));
  ASSERT_TRUE(found);
  EXPECT_GT(found->value, 1);
  EXPECT_LT(found->high, 10);
}

TEST(Distance, IsNoneWhereABucketHasOverflowed) {
  auto locked = evidence_of(noise(100, 3, 1));
  auto here = locked;
  locked.sketch.high.fill(std::numeric_limits<double>::infinity());
  here.sketch.high = locked.sketch.high;
  EXPECT_FALSE(distance(locked, here)) << "and not one of zero";
}

TEST(Distance, OfTwoTensorsOfZerosIsAbsolute) {
  const std::vector<double> zeros(16, 0.0);
  const auto found = distance(evidence_of(zeros), evidence_of(zeros));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->absolute);
  EXPECT_FALSE(found->resolved) << "0.0 and -0.0 have other bits and the same sketch";
}

TEST(Distance, IsNoneWhereNaNOrInfMoved) {
  std::vector<double> values(16, 1.0);
  const auto locked = evidence_of(values);
  values[3] = std::nan("");
  EXPECT_FALSE(distance(locked, evidence_of(values)));
  auto elsewhere = values;
  std::swap(elsewhere[3], elsewhere[4]);
  EXPECT_FALSE(distance(evidence_of(values), evidence_of(elsewhere)));
  EXPECT_FALSE(distance(locked, evidence_of(std::vector<double>(15, 1.0))));
}

}  // namespace
}  // namespace envguard::compare
