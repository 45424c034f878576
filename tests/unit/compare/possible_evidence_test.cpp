#include "compare/possible_evidence.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "recipe/input.hpp"
#include "recipe/summary.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {
namespace {

using model::EvidenceRecord;
using model::Profile;
using recipe::DType;
using testing::HasSubstr;

constexpr auto hash = "00112233445566778899aabbccddeeff";
constexpr auto probe = "blas.gemm_f32_256x256x256";
constexpr auto infinity = std::numeric_limits<double>::infinity();

/// What the engine would say of these numbers.
EvidenceRecord record_of(const std::vector<double>& values) {
  return {Profile::strict, probe, recipe::summarize(std::as_bytes(std::span(values)), DType::float64), 1e-7};
}

EvidenceRecord honest() {
  return record_of({1, -2, 3, 0, -0.0, 1e-310, std::nan(""), infinity, 0.5, 0.25, 7, 8, 9, -10, 11, 12, 13});
}

std::string changed(const std::function<void(EvidenceRecord&)>& change) {
  auto record = honest();
  change(record);
  return impossible_in(record, hash);
}

TEST(PossibleEvidence, WhatTheEngineSumsUpIsPossible) {
  EXPECT_EQ(impossible_in(honest(), hash), "");
  EXPECT_EQ(impossible_in(record_of({0}), hash), "");
  EXPECT_EQ(impossible_in(record_of({-0.0, 0}), hash), "");
  EXPECT_EQ(impossible_in(record_of({std::nan(""), infinity, -infinity}), hash), "");
  EXPECT_EQ(impossible_in(record_of({5e-324, -5e-324}), hash), "");
  EXPECT_EQ(impossible_in(record_of({1e308}), hash), "");
  EXPECT_EQ(impossible_in(record_of(std::vector<double>(100'000, 0.1)), hash), "") << "a constant";
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const recipe::Input input{
        "x", DType::float32, {static_cast<std::int64_t>(1 + seed * seed)}, recipe::Fill::uniform, seed, 0, 0};
    const auto data = recipe::generate(input);
    EXPECT_EQ(impossible_in({Profile::strict, probe, recipe::summarize(data.bytes(), DType::float32), {}}, hash), "")
        << seed;
  }
}

TEST(PossibleEvidence, AStatusHasNoNumbers) {
  EXPECT_EQ(impossible_in({Profile::strict, probe, {}, {}}, "unsupported"), "");
  EXPECT_THAT(impossible_in(honest(), "unsupported"), HasSubstr("it holds numbers"));
  EXPECT_THAT(impossible_in({Profile::strict, probe, {}, 1e-7}, "not-deterministic"), HasSubstr("it holds numbers"));
  EXPECT_EQ(impossible_in({Profile::strict, probe, {}, {}}, hash), "it has no elements");
}

TEST(PossibleEvidence, NormAndLargestElementFitTogether) {
  for (const double norm : {0.0, 12.9, 1e300, -1.0, infinity, std::nan("")})
    EXPECT_NE(changed([&](auto& record) { record.evidence.norm = norm; }), "") << norm;
  for (const double max : {0.0, 1e300, -13.0, infinity, std::nan("")})
    EXPECT_NE(changed([&](auto& record) { record.evidence.max = max; }), "") << max;
  EXPECT_NE(changed([](auto& record) { record.evidence.elements = 1; }), "");
}

TEST(PossibleEvidence, CountsFitIntoTheElements) {
  EXPECT_EQ(changed([](auto& record) { record.evidence.nan = 18; }), "it counts 18 NaN among 17 elements");
  EXPECT_EQ(changed([](auto& record) { record.evidence.subnormal = 15; }), "it counts 15 subnormal among 17 elements");
  EXPECT_NE(changed([](auto& record) { record.evidence.negative_zero = std::uint64_t{1} << 63U; }), "");
  EXPECT_NE(changed([](auto& record) { record.evidence.inf = 16; }), "");
  EXPECT_EQ(changed([](auto& record) { record.evidence.nonfinite_positions = {}; }),
            "it counts 2 NaN and Inf and lacks their positions");
  auto finite = record_of({1, 2});
  finite.evidence.nonfinite_positions = base::hash128("x");
  EXPECT_EQ(impossible_in(finite, hash), "it counts 0 NaN and Inf and has their positions");
}

TEST(PossibleEvidence, ElementsThatAreShownAreNotLargerThanTheLargest) {
  EXPECT_EQ(changed([](auto& record) { record.evidence.sentinels[3] = -14; }),
            "it shows an element -14, and its largest is 13");
  auto finite = record_of({1, 2});
  finite.evidence.sentinels[0] = std::nan("");
  EXPECT_NE(impossible_in(finite, hash), "");
  finite.evidence.sentinels[0] = -infinity;
  EXPECT_NE(impossible_in(finite, hash), "");
}

TEST(PossibleEvidence, TheSketchIsNotLargerThanTheNormAllows) {
  for (const double high : {1e300, 200.0, infinity, std::nan("")})
    EXPECT_NE(changed([&](auto& record) { record.evidence.sketch.high[4] = high; }), "") << high;
  EXPECT_NE(changed([](auto& record) { record.evidence.sketch.low[4] = 1; }), "");
  EXPECT_NE(changed([](auto& record) { record.evidence.sketch.low[4] = std::nanf(""); }), "");
  auto one = record_of({2});
  EXPECT_EQ(impossible_in(one, hash), "");
  one.evidence.sketch.high.fill(1);
  EXPECT_EQ(impossible_in(one, hash),
            "its sketch is 2.8e+00 times as large as its norm, and 6.2e-02 to 1.0e+00 times is possible");
  EXPECT_NE(changed([](auto& record) { record.evidence.sketch = {}; }), "") << "a norm that no bucket knows of";
  EXPECT_NE(changed([](auto& record) { record.evidence.norm = record.evidence.max = 1e300; }), "")
      << "it would make every distance small";
}

std::string with_band(const std::string& id, double band) {
  auto record = honest();
  record.id = id;
  record.band = band;
  return impossible_in(record, hash);
}

TEST(PossibleEvidence, ABandIsNoWiderThanOneUlpCanMakeIt) {
  EXPECT_EQ(with_band(probe, 0), "");
  EXPECT_EQ(with_band(probe, 0x1p-7), "");
  EXPECT_EQ(with_band(probe, 1),
            "its band is 1.0e+00, and a change of one ulp in the inputs moves a float32 result by at most 7.8e-03");
  for (const double band : {0.01, 1e300, -1e-7, infinity, std::nan("")}) EXPECT_NE(with_band(probe, band), "") << band;
  EXPECT_EQ(with_band("arith.sin_f64", 1e-11), "");
  EXPECT_NE(with_band("arith.sin_f64", 1e-10), "");
  EXPECT_EQ(with_band("blas.gemm_f16_129x1031x65", 0.125), "");
  EXPECT_NE(with_band("blas.gemm_f16_129x1031x65", 0.13), "");
  EXPECT_EQ(with_band("dnn.conv3d_bf16", 0.25), "");
  EXPECT_NE(with_band("dnn.conv3d_bf16", 0.26), "");
  EXPECT_NE(with_band("arith.gpu_integer_hash", 1e-9), "") << "integers do not move";
  EXPECT_NE(with_band("rng.rand_10000", 0), "") << "another stream is another";
}

TEST(PossibleEvidence, ABandThatNoClassIsMadeOfMayBeWider) {
  EXPECT_EQ(with_band("train.cnn_adam.w32", 1.9), "");
  EXPECT_NE(with_band("train.cnn_adam.w32", 4.1), "");
  EXPECT_NE(with_band("train.cnn_adam.forward", 1.9), "") << "this one classifies";
  EXPECT_EQ(with_band("ops.of_an_older_recipe", 1.9), "");
}

TEST(PossibleEvidence, IsCheckedForTheWholeLock) {
  model::Lock lock;
  lock.strict = {{probe, hash}};
  lock.as_is = {{probe, hash}};
  auto strict = honest(), as_is = honest();
  as_is.profile = Profile::as_is;
  EXPECT_NO_THROW(check_evidence_is_possible(lock, {{strict, as_is}}, "T.evidence"));
  const auto refusal = [&](const std::vector<EvidenceRecord>& records) {
    try {
      check_evidence_is_possible(lock, {records}, "T.evidence");
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
      EXPECT_EQ(error.place(), "T.evidence");
      EXPECT_FALSE(error.next().empty());
      return error.message();
    }
    return std::string();
  };
  EXPECT_THAT(refusal({strict}), HasSubstr(std::string("no measurement gives these numbers of ") + probe));
  as_is.evidence.elements += 1;
  EXPECT_THAT(refusal({strict, as_is}), HasSubstr("it has 18 elements under as-is and 17 under strict"));
  as_is = honest();
  as_is.profile = Profile::as_is;
  as_is.band = 1e300;
  EXPECT_THAT(refusal({strict, as_is}), HasSubstr("its band is 1.0e+300"));
}

}  // namespace
}  // namespace envguard::compare
