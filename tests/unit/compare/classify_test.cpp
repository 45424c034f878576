#include "compare/classify.hpp"

#include <cmath>
#include <limits>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/lines.hpp"
#include "recipe/summary.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {
namespace {

using model::DriftClass;
using model::Profile;
using recipe::DType;

constexpr double infinity = std::numeric_limits<double>::infinity();

// The borders, as numbers and not as the formula again.

struct Border {
  DType dtype;
  double band;
  double rounding;   ///< the farthest that is rounding
  double precision;  ///< the farthest that is a loss of precision
};

class Borders : public testing::TestWithParam<Border> {};
INSTANTIATE_TEST_SUITE_P(Types, Borders,
                         testing::Values(Border{DType::float64, 0x1p-50, 0x1p-48, 0x1p-19},
                                         Border{DType::float32, 0x1p-22, 0x1p-20, 0x1p-4},
                                         Border{DType::float16, 0x1p-12, 0x1p-10, 0x1p-3},
                                         Border{DType::bfloat16, 0x1p-10, 0x1p-8, 0x1p-4},
                                         Border{DType::float32, 0x1p-10, 0x1p-8, 0.5},  // never beyond a half
                                         Border{DType::float64, 0x1p-30, 0x1p-28, 0.5}));

TEST_P(Borders, AreWhereTheDesignSays) {
  const auto [dtype, band, rounding, precision] = GetParam();
  EXPECT_EQ(classify(0, band, dtype), DriftClass::rounding);
  EXPECT_EQ(classify(rounding, band, dtype), DriftClass::rounding);
  EXPECT_EQ(classify(std::nextafter(rounding, 1), band, dtype), DriftClass::precision);
  EXPECT_EQ(classify(precision, band, dtype), DriftClass::precision);
  EXPECT_EQ(classify(std::nextafter(precision, 1), band, dtype), DriftClass::wrong);
  EXPECT_EQ(classify(infinity, band, dtype), DriftClass::wrong);
}

TEST(Classify, WithABandOfZeroEverythingThatIsResolvedIsWrong) {
  for (const auto dtype : {DType::float64, DType::float32, DType::float16, DType::bfloat16, DType::int64}) {
    EXPECT_EQ(classify(0, 0, dtype), DriftClass::rounding);
    EXPECT_EQ(classify(1e-300, 0, dtype), DriftClass::wrong);
  }
}

TEST(Classify, IntegersHaveNoLowerType) {
  EXPECT_EQ(bits_to_next_lower(DType::int64), 0);
  EXPECT_EQ(classify(4e-7, 1e-7, DType::int64), DriftClass::rounding);
  EXPECT_EQ(classify(4.1e-7, 1e-7, DType::int64), DriftClass::wrong);
}

TEST(Classify, ABandBeyondAHalfLeavesNothingThatIsALossOfPrecision) {
  EXPECT_EQ(classify(0.9, 0.25, DType::float32), DriftClass::rounding);
  EXPECT_EQ(classify(1.1, 0.25, DType::float32), DriftClass::wrong);
}

// A probe that moved, with the evidence of both sides.

constexpr auto f32 = "blas.mv_f32_1031x257";
constexpr auto f64 = "blas.gemm_f64_257x1031x129";
constexpr auto adam = "train.cnn_adam.w32";

model::Evidence numbers(const std::vector<double>& values) {
  return recipe::summarize(std::as_bytes(std::span(values)), DType::float64);
}

/// One element of norm 1, moved by `distance`.
model::Evidence moved_by(double distance) {
  return numbers({1, distance});
}

const std::string hash_a(32, 'a'), hash_b(32, 'b');

model::MovedProbe assessed(const std::string& id, const std::optional<model::EvidenceRecord>& locked,
                           const std::optional<model::Evidence>& here, const std::string& line_locked = hash_a,
                           const std::string& line_here = hash_b) {
  std::vector<model::MovedProbe> moved{{id, line_locked, line_here}};
  model::EvidenceTable then, now;
  if (locked) then.records = {*locked};
  if (here) now.records = {{Profile::strict, id, *here, {}}};
  assess(moved, locked ? &then : nullptr, now);
  return moved.front();
}

TEST(Assess, DistanceBandAndClassOfOneProbe) {
  const auto probe = assessed(f32, model::EvidenceRecord{Profile::strict, f32, moved_by(0), 1e-7}, moved_by(2e-7));
  ASSERT_TRUE(probe.distance);
  EXPECT_NEAR(probe.distance->value, 2e-7, 1e-12);
  EXPECT_EQ(probe.band, 1e-7);
  EXPECT_EQ(probe.drift_class, DriftClass::rounding);
  EXPECT_FALSE(probe.borderline);
}

TEST(Assess, TheTypeOfTheProbeSetsTheUpperBorder) {
  const model::EvidenceRecord of_f32{Profile::strict, f32, moved_by(0), 1e-8},
      of_f64{Profile::strict, f64, moved_by(0), 1e-12};
  EXPECT_EQ(assessed(f32, of_f32, moved_by(1e-3)).drift_class, DriftClass::precision);
  EXPECT_EQ(assessed(f32, of_f32, moved_by(4e-3)).drift_class, DriftClass::wrong);
  EXPECT_EQ(assessed(f64, of_f64, moved_by(1e-3)).drift_class, DriftClass::precision);
  EXPECT_EQ(assessed(f64, of_f64, moved_by(4e-3)).drift_class, DriftClass::wrong);
  EXPECT_EQ(assessed("ops.gelu_f64", model::EvidenceRecord{Profile::strict, "ops.gelu_f64", moved_by(0), 1e-12},
                     moved_by(1e-3))
                .drift_class,
            DriftClass::precision);
  EXPECT_EQ(assessed("blas.linear_bf16_257x1031x129",
                     model::EvidenceRecord{Profile::strict, "blas.linear_bf16_257x1031x129", moved_by(0), 1e-8},
                     moved_by(1e-3))
                .drift_class,
            DriftClass::wrong);
}

TEST(Assess, AnIntervalAcrossABorderGetsTheWorseClassAndSaysSo) {
  const model::EvidenceRecord locked{Profile::strict, f32, moved_by(0), 1e-7};
  const auto below = assessed(f32, locked, moved_by(2.9e-7));  // up to 3.84
  EXPECT_EQ(below.drift_class, DriftClass::rounding);
  EXPECT_FALSE(below.borderline);
  for (const double distance : {3.1e-7, 4e-7, 4.9e-7}) {
    const auto across = assessed(f32, locked, moved_by(distance));
    EXPECT_EQ(across.drift_class, DriftClass::precision) << distance;
    EXPECT_TRUE(across.borderline) << distance;
  }
  const auto above = assessed(f32, locked, moved_by(5.1e-7));  // from 4.1
  EXPECT_EQ(above.drift_class, DriftClass::precision);
  EXPECT_FALSE(above.borderline);
}

TEST(Assess, BelowWhatTheSketchResolvesIsRounding) {
  for (const double band : {0.0, 1e-7}) {
    const auto probe = assessed(f32, model::EvidenceRecord{Profile::strict, f32, moved_by(0.5), band}, moved_by(0.5));
    ASSERT_TRUE(probe.distance);
    EXPECT_FALSE(probe.distance->resolved);
    EXPECT_EQ(probe.drift_class, DriftClass::rounding) << band;
    EXPECT_FALSE(probe.borderline);
  }
}

TEST(Assess, AnotherStatusIsWrongAndHasNoDistance) {
  const model::EvidenceRecord locked{Profile::strict, f32, moved_by(0), 1e-7};
  const auto here = assessed(f32, locked, model::Evidence{}, hash_a, "unsupported");
  EXPECT_EQ(here.drift_class, DriftClass::wrong);
  EXPECT_FALSE(here.distance);
  const model::EvidenceRecord status{Profile::strict, f32, {}, {}};
  EXPECT_EQ(assessed(f32, status, moved_by(0), "not-deterministic", hash_b).drift_class, DriftClass::wrong);
  EXPECT_EQ(assessed(f32, status, model::Evidence{}, "not-deterministic", "unsupported").drift_class,
            DriftClass::wrong);
  EXPECT_EQ(assessed(f32, {}, {}, hash_a, "unsupported").drift_class, DriftClass::wrong) << "with no evidence at all";
}

TEST(Assess, NaNOnOneSideIsWrong) {
  const model::EvidenceRecord finite{Profile::strict, f32, numbers({1, 2, 3}), 1e-7};
  const auto nan = numbers({1, std::nan(""), 3}), elsewhere = numbers({1, 2, std::nan("")});
  EXPECT_EQ(assessed(f32, finite, nan).drift_class, DriftClass::wrong);
  EXPECT_EQ(assessed(f32, finite, numbers({1, infinity, 3})).drift_class, DriftClass::wrong);
  const model::EvidenceRecord with_nan{Profile::strict, f32, nan, 1e-7};
  EXPECT_EQ(assessed(f32, with_nan, numbers({1, 2, 3})).drift_class, DriftClass::wrong);
  EXPECT_EQ(assessed(f32, with_nan, elsewhere).drift_class, DriftClass::wrong) << "as many, at other places";
  const auto same_places = assessed(f32, with_nan, numbers({1 + 1e-9, std::nan(""), 3}));
  EXPECT_EQ(same_places.drift_class, DriftClass::rounding) << "the others are as near as before";
}

TEST(Assess, AnotherShapeIsWrong) {
  const auto probe =
      assessed(f32, model::EvidenceRecord{Profile::strict, f32, numbers({1, 2}), 1e-7}, numbers({1, 2, 3}));
  EXPECT_EQ(probe.drift_class, DriftClass::wrong);
  EXPECT_FALSE(probe.distance);
}

TEST(Assess, ARandomStreamIsAnotherOneWhateverTheDistance) {
  const std::string id = "rng.rand_10000";
  const auto probe = assessed(id, model::EvidenceRecord{Profile::strict, id, moved_by(0), 1e-7}, moved_by(1e-9));
  EXPECT_EQ(probe.drift_class, DriftClass::other_stream);
  EXPECT_FALSE(probe.distance);
}

TEST(Assess, WithoutEvidenceOfBothSidesThereIsNoClass) {
  for (const auto& probe :
       {assessed(f32, {}, moved_by(0)),
        assessed(f32, model::EvidenceRecord{Profile::strict, "blas.another", moved_by(0), 1e-7}, moved_by(0)),
        assessed(f32, model::EvidenceRecord{Profile::strict, f32, moved_by(0), 1e-7}, {})}) {
    EXPECT_FALSE(probe.distance);
    EXPECT_FALSE(probe.drift_class);
  }
}

TEST(Assess, WithoutABandThereIsADistanceAndNoClass) {
  const auto probe = assessed(f32, model::EvidenceRecord{Profile::strict, f32, moved_by(0), {}}, moved_by(1e-7));
  EXPECT_TRUE(probe.distance);
  EXPECT_FALSE(probe.band);
  EXPECT_FALSE(probe.drift_class);
}

TEST(Assess, TheBandOfTheNewerSideCountsWhereTheOlderHasNone) {
  const model::EvidenceTable older{{{Profile::strict, f32, moved_by(0), {}}}},
      newer{{{Profile::strict, f32, moved_by(1e-7), 1e-7}}};
  std::vector<model::MovedProbe> moved{{f32, hash_a, hash_b}};
  assess(moved, &older, newer);
  EXPECT_EQ(moved[0].band, 1e-7);
  EXPECT_EQ(moved[0].drift_class, DriftClass::rounding);
  const model::EvidenceTable with_band{{{Profile::strict, f32, moved_by(0), 1e-9}}};
  assess(moved, &with_band, newer);
  EXPECT_EQ(moved[0].band, 1e-9) << "else the older one's";
  EXPECT_EQ(moved[0].drift_class, DriftClass::precision);
}

TEST(Assess, WeightsAfterStepsOfAdamDetectAndNeverClassify) {
  const auto weights = assessed(adam, model::EvidenceRecord{Profile::strict, adam, moved_by(0), 1e-7}, moved_by(1e-3));
  EXPECT_TRUE(weights.distance);
  EXPECT_TRUE(weights.band);
  EXPECT_FALSE(weights.drift_class);
  const std::string forward = "train.cnn_adam.forward";
  EXPECT_TRUE(assessed(forward, model::EvidenceRecord{Profile::strict, forward, moved_by(0), 1e-7}, moved_by(1e-7))
                  .drift_class);
  EXPECT_EQ(assessed(adam, model::EvidenceRecord{Profile::strict, adam, numbers({1}), 1e-7}, numbers({std::nan("")}))
                .drift_class,
            DriftClass::wrong)
      << "NaN needs no distance";
}

TEST(Assess, AProbeOfAnotherRecipeHasADistanceAndNoClass) {
  const std::string id = "blas.of_another_recipe";
  const auto probe = assessed(id, model::EvidenceRecord{Profile::strict, id, moved_by(0), 1e-7}, moved_by(1e-7));
  EXPECT_TRUE(probe.distance);
  EXPECT_FALSE(probe.drift_class);
}

// Bands, over the rounds of a run that perturbs.

model::Run rounds(const std::vector<std::optional<model::Evidence>>& evidence, const std::string& id = f32) {
  model::Run run;
  for (const auto& each : evidence) {
    auto& round = run.rounds.emplace_back();
    round.push_back({"blas.before", model::ProbeStatus::ok, base::Hash128{}, moved_by(7), {}});
    if (each) round.push_back({id, model::ProbeStatus::ok, base::Hash128{}, *each, {}});
  }
  return run;
}

std::optional<double> band(const model::Evidence& plain, const std::vector<std::optional<model::Evidence>>& moved,
                           const std::string& id = f32) {
  std::vector<model::EvidenceRecord> records{{Profile::strict, id, plain, {}}};
  set_bands(records, rounds(moved, id));
  return records[0].band;
}

TEST(Bands, AreTheFarthestRound) {
  const auto found = band(moved_by(0), {moved_by(1e-7), moved_by(3e-7), moved_by(-2e-7)});
  ASSERT_TRUE(found);
  EXPECT_NEAR(*found, 3e-7, 1e-12);
}

TEST(Bands, AreZeroWhereNoUlpReachesTheResult) {
  EXPECT_EQ(band(moved_by(0), {moved_by(0), moved_by(0)}), 0.0);
}

TEST(Bands, LeaveOutRoundsWithOtherNaN) {
  const auto nan = numbers({1, std::nan("")});
  const auto found = band(moved_by(0), {nan, moved_by(1e-7), nan});
  ASSERT_TRUE(found);
  EXPECT_NEAR(*found, 1e-7, 1e-12);
  EXPECT_FALSE(band(moved_by(0), {nan, nan}));
  EXPECT_EQ(band(nan, {nan, nan}), 0.0) << "NaN at the same places is no change";
}

TEST(Bands, AreNoneWhereOnlyAnAbsoluteDistanceIsDefined) {
  EXPECT_FALSE(band(numbers({0, 0}), {numbers({0, 0})}));
  EXPECT_EQ(band(numbers({0, 0}), {numbers({0, 1e-40})}), 1.0) << "all of it is new: relative to the larger norm";
}

TEST(Bands, AreNoneWithoutAResultToCompare) {
  EXPECT_FALSE(band(moved_by(0), {}));
  EXPECT_FALSE(band(moved_by(0), {std::nullopt, std::nullopt}));
  EXPECT_FALSE(band(model::Evidence{}, {moved_by(1e-7)})) << "a status";
  EXPECT_FALSE(band(moved_by(0), {moved_by(1e-7)}, "rng.rand_10000")) << "a stream has no distance";
  EXPECT_TRUE(band(moved_by(0), {std::nullopt, moved_by(1e-7)}));
}

// Which probe of a layer moved most.

model::MovedProbe with(const std::string& id, std::optional<DriftClass> drift_class, double distance,
                       std::optional<double> band_of_it) {
  model::MovedProbe probe{id, hash_a, hash_b};
  if (distance > 0) probe.distance = model::Distance{distance, distance, distance, false, true};
  probe.band = band_of_it;
  probe.drift_class = drift_class;
  return probe;
}

std::string worst(const std::vector<model::MovedProbe>& moved) {
  std::vector<model::ProbeLine> lines;
  for (const auto& probe : moved) lines.emplace_back(probe.id, probe.locked);
  const auto layers = layer_summaries(lines, moved);
  EXPECT_EQ(layers.size(), 1U);
  return layers.front().worst;
}

TEST(Worst, IsTheGravestThenTheMostBandsThenTheFarthest) {
  const auto far = with("blas.far", DriftClass::rounding, 1e-2, 1e-2);
  const auto bands = with("blas.bands", DriftClass::rounding, 3e-7, 1e-7);
  const auto grave = with("blas.grave", DriftClass::wrong, 1e-9, 0.0);
  const auto status = with("blas.status", DriftClass::wrong, 0, {});
  const auto unknown = with("blas.unknown", {}, 1, {});
  EXPECT_EQ(worst({far, bands, grave, unknown}), "blas.grave");
  EXPECT_EQ(worst({far, bands, unknown}), "blas.bands");
  EXPECT_EQ(worst({bands, far}), "blas.bands");
  EXPECT_EQ(worst({unknown, status, bands}), "blas.status");
  EXPECT_EQ(worst({with("blas.near", {}, 1e-9, {}), unknown}), "blas.unknown");
  EXPECT_EQ(worst({far, with("blas.same", DriftClass::rounding, 1e-2, 1e-2)}), "blas.far") << "the first of equals";
}

TEST(Worst, IsNoneWhereNothingMoved) {
  const auto layers = layer_summaries({{f32, hash_a}}, {});
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].worst, "");
}

}  // namespace
}  // namespace envguard::compare
