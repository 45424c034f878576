#include "recipe/table.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "recipe/profile.hpp"

namespace envguard::recipe {
namespace {

using model::DeviceKind;

std::string devices_of(const Definition& definition) {
  std::string text;
  for (const DeviceKind kind : definition.devices) {
    if (!text.empty()) text += ',';
    text += kind == DeviceKind::cpu ? "cpu" : "cuda";
  }
  return text;
}

/// "blas.gemm_f32_16x16x16 cpu,cuda 0123…", as the golden file has it.
std::string golden_line(const Definition& definition) {
  return definition.id + ' ' + devices_of(definition) + ' ' + base::hash128(definition.text).hex();
}

std::vector<std::string> listed(const std::string& name) {
  std::ifstream file(std::string(ENVGUARD_FIXTURES "/recipe/") + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(Recipe, DefinitionsAreTheGoldenOnes) {
  const auto golden = listed("definitions.txt");
  std::vector<std::string> here;
  for (const Definition& definition : definitions()) here.push_back(golden_line(definition));
  for (const auto& line : here) EXPECT_THAT(golden, testing::Contains(line)) << "new or changed: " << line;
  EXPECT_EQ(here, golden)
      << "An id is immutable: a probe that changed gets a new id, and its new line is added to "
         "fixtures/recipe/definitions.txt; no id is ever used again: the old line goes to retired.txt.";
}

TEST(Recipe, ARetiredIdIsNeverUsedAgain) {
  const auto retired = listed("retired.txt");
  EXPECT_FALSE(retired.empty());
  for (const std::string& line : retired) EXPECT_EQ(find(line.substr(0, line.find(' '))), nullptr) << line;
}

TEST(Recipe, KnowsWhatRecipeOneHad) {
  const auto first = listed("recipe-1.txt");
  ASSERT_EQ(first.size(), 115U);
  for (const Definition& definition : definitions()) {
    const bool was_there = std::find(first.begin(), first.end(), definition.id) != first.end();
    EXPECT_EQ(definition.since, was_there ? 1 : 3) << definition.id;
  }
}

TEST(Recipe, IdsAreUniqueAndWellFormed) {
  std::set<std::string> ids;
  for (const Definition& definition : definitions()) {
    EXPECT_TRUE(ids.insert(definition.id).second) << definition.id;
    EXPECT_EQ(definition.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string::npos)
        << definition.id;
    EXPECT_EQ(definition.id.rfind(definition.unit, 0), 0U) << definition.id << " is not named after its unit";
    EXPECT_EQ(definition.id.substr(0, definition.id.find('.')), definition.layer);
  }
}

TEST(Recipe, LayersComeInTheLaddersOrder) {
  EXPECT_THAT(layers(), testing::ElementsAre("arith", "rng", "blas", "linalg", "dnn", "ops", "train"));
  std::vector<int> ranks;
  for (const Definition& definition : definitions()) ranks.push_back(layer_rank(definition.layer));
  EXPECT_TRUE(std::is_sorted(ranks.begin(), ranks.end()));
  EXPECT_EQ(layer_rank("arith"), 0);
  EXPECT_EQ(layer_rank("train"), 6);
  EXPECT_EQ(layer_rank("another recipe's"), 7);
}

TEST(Recipe, EveryLayerIsOnBothDevices) {
  std::map<std::string, int> cpu, cuda;
  for (const Definition& definition : definitions()) {
    ASSERT_FALSE(definition.devices.empty()) << definition.id;
    for (const DeviceKind kind : definition.devices) ++(kind == DeviceKind::cpu ? cpu : cuda)[definition.layer];
  }
  for (const std::string& layer : layers()) {
    EXPECT_GT(cpu[layer], 0) << layer;
    EXPECT_GT(cuda[layer], 0) << layer;
  }
}

TEST(Recipe, ACpuLockHoldsAtLeast80StrictProbesAndItsEvidenceAtMost88Kilobytes) {
  constexpr std::size_t header = 64, record = 608;
  const std::size_t strict = probes(DeviceKind::cpu).size();
  const std::size_t as_is = probes(DeviceKind::cpu, model::Profile::as_is).size();
  EXPECT_GE(strict, 80U);
  EXPECT_LE(header + (strict + as_is) * record, 88'000U);
}

TEST(Recipe, ProbesOfADeviceKeepTheOrderOfTheTable) {
  const auto cpu = probes(DeviceKind::cpu);
  std::vector<std::string> expected;
  for (const Definition& definition : definitions()) {
    if (devices_of(definition) != "cuda" && definition.strict) expected.push_back(definition.id);
  }
  EXPECT_EQ(cpu, expected);
  EXPECT_THAT(probes(DeviceKind::cuda), testing::Contains("blas.gemm_f32_2048x2048x2048"));
  EXPECT_THAT(cpu, testing::Not(testing::Contains("blas.gemm_f32_2048x2048x2048")));
}

TEST(Recipe, NoSeedIsUsedTwice) {
  std::set<std::uint64_t> seeds;
  for (const Unit& unit : units()) {
    if (!unit.twin.empty()) continue;  // its inputs are the other's
    if (unit.generator_seed != 0) {
      EXPECT_TRUE(seeds.insert(unit.generator_seed).second) << unit.id;
    }
    for (const Input& input : unit.inputs) EXPECT_TRUE(seeds.insert(input.seed).second) << unit.id << ' ' << input.name;
  }
}

TEST(Recipe, EveryTrainingKeepsForwardGradientsAndSixStates) {
  int trainings = 0;
  for (const Unit& unit : units()) {
    if (unit.family != "train") continue;
    ++trainings;
    std::vector<std::string> names;
    names.reserve(unit.outputs.size());
    for (const Output& output : unit.outputs) names.push_back(output.id.substr(unit.id.size() + 1));
    EXPECT_THAT(names, testing::ElementsAre("forward", "gradients", "w1", "w2", "w4", "w8", "w16", "w32"));
  }
  EXPECT_EQ(trainings, 8);
}

TEST(Recipe, TheCanonicalTextHoldsEverythingThatMakesAProbeAnother) {
  const Definition* definition = find("dnn.conv2d_5x5_stride2.gradients");
  ASSERT_NE(definition, nullptr);
  for (const char* part :
       {"dnn.conv2d_5x5_stride2", "position 1", "uniform float32 [4, 6, 21, 21] seed 4004", "cuda", "y.backward(g)"}) {
    EXPECT_THAT(definition->text, testing::HasSubstr(part));
  }
}

TEST(Recipe, ATwinHasTheSameInputs) {
  int twins = 0;
  for (const Unit& unit : units()) {
    if (unit.twin.empty()) continue;
    ++twins;
    const Unit* other = find_unit(unit.twin);
    ASSERT_NE(other, nullptr) << unit.id;
    EXPECT_NE(other->id, unit.id);
    EXPECT_EQ(unit.family, other->family);
    for (const Input& input : unit.inputs) {
      const Input& there = other->input(input.name);
      EXPECT_EQ(input.seed, there.seed) << unit.id;
      EXPECT_EQ(input.shape, there.shape) << unit.id;
      EXPECT_EQ(std::tie(input.dtype, input.fill, input.scale, input.limit),
                std::tie(there.dtype, there.fill, there.scale, there.limit))
          << unit.id;
    }
  }
  EXPECT_EQ(twins, 15 + 6) << "kernels, and calls of cuBLAS and cuDNN";
}

TEST(Recipe, EmbeddedMachineCodeIsInTheLadderWhereThisBuildHasIt) {
  const auto ids = probes(DeviceKind::cuda);
  const auto embedded =
      std::count_if(ids.begin(), ids.end(), [](const auto& id) { return id.starts_with("arith.sass_"); });
  EXPECT_EQ(embedded, has_embedded_sass() ? 15 : 0);
  EXPECT_EQ(std::count_if(ids.begin(), ids.end(), [](const auto& id) { return id.starts_with("arith.gpu_"); }), 15);
  ASSERT_NE(find("arith.sass_mma_f16"), nullptr) << "defined in every build";
}

TEST(Recipe, WhatIsNewOnCudaIsNotOnTheCpu) {
  // A lock of a CPU is made of these alone.
  EXPECT_EQ(probes(DeviceKind::cpu).size(), 105U);
  EXPECT_EQ(probes(DeviceKind::cpu, model::Profile::as_is).size(), 34U);
}

/// Under that flag PyTorch has no kernel for it on any GPU, and nothing would be compared.
TEST(Recipe, AttentionOfCudnnRunsWithoutDeterministicAlgorithms) {
  int found = 0;
  for (const Unit& unit : units()) {
    if (!unit.id.starts_with("ops.sdpa_cudnn_")) continue;
    ++found;
    EXPECT_THAT(unit.flags, testing::ElementsAre(std::pair(std::string("deterministic-algorithms"), false))) << unit.id;
  }
  EXPECT_EQ(found, 2);
}

TEST(Recipe, FlagsOfAUnitStandInItsTextAndCanBeSet) {
  const Definition* tf32 = find("train.cnn_sgd_tf32.forward");
  ASSERT_NE(tf32, nullptr);
  EXPECT_THAT(tf32->text, testing::HasSubstr("flag tf32-cublas true\nflag tf32-cudnn true\n"));
  EXPECT_THAT(find("train.cnn_sgd.forward")->text, testing::Not(testing::HasSubstr("flag")));
  const auto settable = settable_flags();
  for (const Unit& unit : units()) {
    for (const auto& [flag, value] : unit.flags) {
      EXPECT_THAT(settable, testing::Contains(flag)) << unit.id;
      EXPECT_TRUE(unit.strict && !unit.as_is) << unit.id << ": as-is leaves flags alone";
    }
  }
}

TEST(Recipe, AutocastComputesInTheLowerType) {
  EXPECT_EQ(find("train.cnn_sgd_bf16.w1")->dtype, DType::bfloat16);
  EXPECT_EQ(find("train.cnn_sgd_f16.w1")->dtype, DType::float16);
  EXPECT_EQ(find("train.cnn_sgd_tf32.w1")->dtype, DType::float32);
  EXPECT_TRUE(find("train.cnn_sgd_bf16.w1")->classifies);
  EXPECT_FALSE(find("train.transformer_adamw_bf16.w1")->classifies);
  EXPECT_TRUE(find("train.transformer_adamw_bf16.forward")->classifies);
}

TEST(Recipe, FindsUnitsAndProbesByName) {
  ASSERT_NE(find_unit("linalg.qr"), nullptr);
  EXPECT_EQ(find_unit("linalg.qr")->outputs.size(), 2U);
  EXPECT_EQ(find_unit("linalg.qr.r"), nullptr);
  EXPECT_EQ(find("linalg.qr"), nullptr);
  EXPECT_EQ(find("linalg.qr.r")->unit, "linalg.qr");
  EXPECT_EQ(find_unit("linalg.qr")->input("a").shape, (std::vector<std::int64_t>{97, 65}));
  EXPECT_THROW((void)find_unit("linalg.qr")->input("b"), std::logic_error);
}

}  // namespace
}  // namespace envguard::recipe
