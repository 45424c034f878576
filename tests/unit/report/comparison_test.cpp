#include "report/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "codec/comparison.hpp"

#include "scene_parts.hpp"

namespace envguard::report {
namespace {

using model::Comparison;
using model::DriftClass;
using test::expect_golden;
using test::hash;
using testing::HasSubstr;
using testing::Not;

model::MovedProbe moved(const std::string& id, double distance, DriftClass drift_class) {
  model::MovedProbe probe{id, hash('a'), hash('b')};
  probe.distance = model::Distance{distance, 0.8 * distance, 1.3 * distance, false, true};
  probe.band = 1e-7;
  probe.drift_class = drift_class;
  return probe;
}

model::ComparisonSide side(const std::string& version, char id) {
  model::ComparisonSide side;
  side.name = "torch " + version;
  side.install.version = version;
  side.install.prefix = "/home/ada/torch-" + version;
  side.id = *base::Hash128::parse(hash(id));
  return side;
}

/// The first and second compute alike, the third otherwise in two layers, `train` by more.
Comparison three() {
  Comparison comparison{
      .device = {}, .hardware = "AuthenticAMD family 25 model 1, avx2", .sides = {}, .pairs = {}, .notes = {}};
  comparison.sides = {side("2.10.0", '1'), side("2.11.0", '1'), side("2.15.0", '2')};
  comparison.sides[1].unstable = {"ops.sum_f32"};
  const std::vector<model::LayerSummary> same{{"arith", 0, 6}, {"dnn", 0, 15}, {"train", 0, 32}};
  const std::vector<model::LayerSummary> other{
      {"arith", 0, 6}, {"dnn", 1, 15, "dnn.conv1d"}, {"train", 2, 32, "train.cnn_sgd.w32"}};
  const std::vector<model::MovedProbe> probes{moved("dnn.conv1d", 1e-7, DriftClass::rounding),
                                              moved("train.cnn_sgd.forward", 2e-7, DriftClass::rounding),
                                              moved("train.cnn_sgd.w32", 1e-5, DriftClass::precision)};
  comparison.pairs = {{0, 1, same, {}}, {0, 2, other, probes}, {1, 2, other, probes}};
  comparison.seconds = 7.5;
  return comparison;
}

Comparison two() {
  auto comparison = three();
  comparison.sides.pop_back();
  comparison.pairs.resize(1);
  return comparison;
}

TEST(ComparisonText, OfThreeIsTheGoldenOne) {
  expect_golden("compare-three.txt", comparison_text(three(), {}));
  expect_golden("compare-three.color.txt", comparison_text(three(), {true, 80}));
  expect_golden("compare-three.120.txt", comparison_text(three(), {false, 120}));
  expect_golden("compare-three.json", codec::write_comparison(three()));
}

TEST(ComparisonText, TheLayerThatMovedMostComesFirst) {
  const auto text = comparison_text(three(), {});
  EXPECT_LT(text.find("  train "), text.find("  dnn "));
}

TEST(ComparisonText, TwoNeedNoMatrix) {
  const auto text = comparison_text(two(), {});
  EXPECT_THAT(text, Not(HasSubstr("Probes that differ")));
  EXPECT_THAT(text, HasSubstr("all 53 probes identical"));
}

TEST(ComparisonText, ASideThatCouldNotBeMeasuredSaysWhyAndIsInNoPair) {
  auto comparison = three();
  comparison.notes = {"no bands and no classes: the time allowed was used up; more time: --timeout 1800"};
  comparison.sides[1].fault = "the engine died of SIGSEGV in train.cnn_sgd";
  std::erase_if(comparison.pairs, [](const auto& pair) { return pair.a == 1 || pair.b == 1; });
  const auto text = comparison_text(comparison, {});
  EXPECT_THAT(text, HasSubstr("could not be measured: the engine died"));
  EXPECT_THAT(text, HasSubstr("note     no bands and no classes"));
  EXPECT_THAT(text, HasSubstr("?")) << "not as if it were identical";
  expect_golden("compare-fault.json", codec::write_comparison(comparison));
}

TEST(ComparisonText, NoNameOfAnInstallSteersTheTerminal) {
  auto comparison = three();
  comparison.sides[0].name = "torch \x1b]0;x\x07";
  comparison.sides[0].install.prefix = "/home/\x1b[2J";
  const auto text = comparison_text(comparison, {});
  for (const auto line : base::split(text, '\n')) EXPECT_EQ(base::visible(line), line);
}

TEST(ComparisonJson, HasTheMembersOfTheSchema) {
  test::expect_schema("comparison", codec::write_comparison(three()));
}

}  // namespace
}  // namespace envguard::report
