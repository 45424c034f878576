#include "recipe/input.hpp"

#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/hash.hpp"

namespace envguard::recipe {
namespace {

template <class T>
std::vector<T> elements(const Buffer& buffer) {
  std::vector<T> values(buffer.bytes().size() / sizeof(T));
  std::memcpy(values.data(), buffer.bytes().data(), buffer.bytes().size());
  return values;
}

std::string hash_of(const Input& input) {
  return base::hash128(generate(input).bytes()).hex();
}

TEST(RandomWord, IsSplitmix64) {
  // The first outputs of the authors' own generator from the states 0 and 1234567.
  EXPECT_EQ(random_word(0, 0), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(random_word(0, 1), 0x6E789E6AA1B965F4U);
  EXPECT_EQ(random_word(0, 2), 0x06C45D188009454FU);
  EXPECT_EQ(random_word(1234567, 0), 6457827717110365317U);
  EXPECT_EQ(random_word(1234567, 2), 9817491932198370423U);
}

// The hashes were made by the NumPy implementation of the oracle (tests/integration/oracle/inputs.py) and xxhash.
TEST(Generate, GoldenValues) {
  const auto uniform = [](DType dtype) { return Input{"x", dtype, {1000}, Fill::uniform, 42, 3, 0}; };
  const auto positive = [](DType dtype) { return Input{"x", dtype, {1000}, Fill::positive, 43, -2, 0}; };
  EXPECT_EQ(hash_of(uniform(DType::float64)), "486932390a15b1e3f301ad0eb8632cdd");
  EXPECT_EQ(hash_of(uniform(DType::float32)), "db450975b3ee214a54a553496cb91bcb");
  EXPECT_EQ(hash_of(uniform(DType::float16)), "97981ec8fd56bc22edaa112119948859");
  EXPECT_EQ(hash_of(uniform(DType::bfloat16)), "b50bdd8aa0cd14386bba61c8c4d05859");
  EXPECT_EQ(hash_of(positive(DType::float64)), "c8e9e5fe85189e6e06045862ce77903f");
  EXPECT_EQ(hash_of(positive(DType::float32)), "a4359e469815787b19a60a4fa7b87e18");
  EXPECT_EQ(hash_of(positive(DType::float16)), "33089254d200a6442b7101e08582fc72");
  EXPECT_EQ(hash_of(positive(DType::bfloat16)), "0f3cc57a8716337c5361d4fc43983cfc");
  EXPECT_EQ(hash_of({"a", DType::float32, {17, 17}, Fill::dominant, 44, 1, 0}), "d1624544daa3b98ddb805c409a73c6b6");
  EXPECT_EQ(hash_of({"i", DType::int64, {1000}, Fill::below, 45, 0, 257}), "3dc270e93cff8193d19511555fd4387a");
}

TEST(Generate, StaysInItsRange) {
  for (const float x : elements<float>(generate({"x", DType::float32, {4096}, Fill::uniform, 5, 2, 0}))) {
    EXPECT_TRUE(x >= -4.0F && x < 4.0F) << x;
  }
  for (const float x : elements<float>(generate({"x", DType::float32, {4096}, Fill::positive, 5, -1, 0}))) {
    EXPECT_TRUE(x > 0.0F && x <= 0.5F) << x;
  }
  std::set<std::int64_t> seen;
  for (const std::int64_t i : elements<std::int64_t>(generate({"i", DType::int64, {4096}, Fill::below, 5, 0, 10}))) {
    seen.insert(i);
  }
  EXPECT_THAT(seen, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(Generate, IdentityIsExact) {
  EXPECT_THAT(elements<float>(generate({"i", DType::float32, {2, 2}, Fill::identity, 1, 0, 0})),
              testing::ElementsAre(1.0F, 0.0F, 0.0F, 1.0F));
}

TEST(Generate, DominantStaysSymmetricWhenPerturbed) {
  const Input input{"a", DType::float32, {9, 9}, Fill::dominant, 3, 0, 0};
  const auto a = elements<float>(generate(input, 77));
  for (std::size_t row = 0; row < 9; ++row) {
    for (std::size_t column = 0; column < 9; ++column) EXPECT_EQ(a[row * 9 + column], a[column * 9 + row]);
    EXPECT_GT(a[row * 9 + row], 8.0F - 1.0F);
  }
}

TEST(Generate, IsAlignedTo64Bytes) {
  for (const std::int64_t size : {1, 15, 16, 1000}) {
    const Buffer buffer = generate({"x", DType::float32, {size}, Fill::uniform, 1, 0, 0});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.bytes().data()) % 64, 0U);
  }
}

TEST(Perturbation, LeavesIntegersAlone) {
  const Input input{"i", DType::int64, {100}, Fill::below, 5, 0, 10};
  EXPECT_EQ(elements<std::int64_t>(generate(input, 9)), elements<std::int64_t>(generate(input)));
}

TEST(Perturbation, MovesDownUpAndNotAtAllAboutEquallyOften) {
  const Input input{"x", DType::float64, {3000}, Fill::uniform, 5, 0, 0};
  const auto before = elements<double>(generate(input));
  const auto after = elements<double>(generate(input, 1));
  int down = 0, same = 0, up = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    ++(after[i] < before[i] ? down : after[i] > before[i] ? up : same);
  }
  for (const int count : {down, same, up}) EXPECT_NEAR(count, 1000, 120);
}

TEST(Perturbation, AnotherSeedOrInputIsAnotherPattern) {
  const Input input{"x", DType::float32, {100}, Fill::uniform, 5, 0, 0};
  EXPECT_NE(hash_of(input), base::hash128(generate(input, 1).bytes()).hex());
  EXPECT_NE(base::hash128(generate(input, 1).bytes()), base::hash128(generate(input, 2).bytes()));
}

/// The representable numbers in their order, -0 and +0 as one.
std::int64_t position(std::uint64_t bits, unsigned width) {
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  const auto magnitude = static_cast<std::int64_t>(bits & (sign - 1));
  return (bits & sign) != 0 ? -magnitude : magnitude;
}

RC_GTEST_PROP(Perturbation, MovesNoElementFartherThanOneUlp, ()) {
  const auto dtype = *rc::gen::element(DType::float64, DType::float32, DType::float16, DType::bfloat16);
  const auto fill = *rc::gen::element(Fill::uniform, Fill::positive, Fill::dominant, Fill::identity);
  const Input input{"x", dtype, {8, 8}, fill, *rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(-10, 5), 0};
  const Buffer before = generate(input);
  const Buffer after = generate(input, *rc::gen::arbitrary<std::uint64_t>());
  const std::size_t size = size_of(dtype);
  for (std::size_t offset = 0; offset < before.bytes().size(); offset += size) {
    std::uint64_t one = 0, other = 0;
    std::memcpy(&one, before.bytes().data() + offset, size);
    std::memcpy(&other, after.bytes().data() + offset, size);
    const auto width = static_cast<unsigned>(size * 8);
    const std::int64_t distance = position(other, width) - position(one, width);
    RC_ASSERT(distance >= -1 && distance <= 1);
  }
}

TEST(StepUlp, CrossesZeroAndBinades) {
  EXPECT_EQ(step_ulp(0x00000000, DType::float32, -1), 0x80000001U);  // the smallest negative subnormal
  EXPECT_EQ(step_ulp(0x80000001, DType::float32, 1), 0x00000000U);
  EXPECT_EQ(step_ulp(0x80000000, DType::float32, 1), 0x00000001U);  // -0 counts as 0
  EXPECT_EQ(step_ulp(0x3F800000, DType::float32, -1), 0x3F7FFFFFU);
  EXPECT_EQ(step_ulp(0xBF800000, DType::float32, -1), 0xBF800001U);  // away from zero
  EXPECT_EQ(step_ulp(0x8000000000000001U, DType::float64, 1), 0U);
}

}  // namespace
}  // namespace envguard::recipe
