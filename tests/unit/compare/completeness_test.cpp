#include "compare/completeness.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {
namespace {

using model::DeviceKind;
using model::Profile;
using testing::HasSubstr;

constexpr auto hash = "00112233445566778899aabbccddeeff";

/// What `envguard lock` of a build with or without embedded machine code writes.
model::Lock whole(DeviceKind device, bool embedded) {
  model::Lock lock;
  if (device == DeviceKind::cpu) {
    lock.key = model::CpuKey{"AuthenticAMD", 25, 97, "avx2"};
  } else {
    lock.key = model::GpuKey{"NVIDIA H200", "9.0", 132};
  }
  lock.recipe = recipe::number;
  lock.runs = 5;
  for (const auto& definition : recipe::definitions()) {
    if (definition.embedded && !embedded) continue;
    if (recipe::belongs_to(definition, device, Profile::strict)) lock.strict.emplace_back(definition.id, hash);
    if (recipe::belongs_to(definition, device, Profile::as_is)) lock.as_is.emplace_back(definition.id, hash);
  }
  return lock;
}

/// As the envguard of that recipe wrote it.
model::Lock old(DeviceKind device, int recipe) {
  auto lock = whole(device, false);
  lock.schema = 1;
  lock.recipe = recipe;
  std::erase_if(lock.strict, [&](const auto& line) { return recipe::find(line.first)->since > recipe; });
  lock.strict.emplace_back("blas.gemm_bf16_32x16384x32", hash);  // retired since
  if (recipe < 2) lock.as_is.clear();
  return lock;
}

std::string refusal(const model::Lock& lock) {
  try {
    check_completeness(lock, "default/h200.toml");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
    EXPECT_EQ(error.place(), "default/h200.toml");
    EXPECT_FALSE(error.next().empty());
    return error.message();
  }
  return "";
}

TEST(Completeness, WholeLocksOfBothDevicesAndBothBuildsAreRead) {
  for (const auto device : {DeviceKind::cpu, DeviceKind::cuda})
    for (const bool embedded : {false, true}) EXPECT_EQ(refusal(whole(device, embedded)), "");
}

TEST(Completeness, EveryLineIsMissed) {
  for (const auto device : {DeviceKind::cpu, DeviceKind::cuda}) {
    const auto lock = whole(device, true);
    for (const auto profile : {Profile::strict, Profile::as_is}) {
      for (const auto& [id, line] : lock.lines(profile)) {
        auto less = lock;
        auto& lines = profile == Profile::strict ? less.strict : less.as_is;
        std::erase(lines, model::ProbeLine(id, line));
        EXPECT_NE(refusal(less), "") << model::name(profile) << ' ' << id;
      }
    }
  }
}

TEST(Completeness, ALockCutToOneProbeNamesSomeOfTheOthers) {
  auto lock = whole(DeviceKind::cpu, false);
  const auto all = lock.strict.size();
  lock.strict.resize(1);
  EXPECT_EQ(
      refusal(lock),
      "it lacks " + std::to_string(all - 1) +
          " of the strict probes of recipe 3 (arith.sin_f64, arith.exp_f32, arith.fma_chain_f64, …): `envguard lock` "
          "writes a line for each, or quarantines it by name");
}

TEST(Completeness, AQuarantinedProbeIsNotMissed) {
  auto lock = whole(DeviceKind::cpu, false);
  lock.quarantined = {lock.strict.back().first};
  lock.strict.pop_back();
  EXPECT_EQ(refusal(lock), "");
}

TEST(Completeness, OnlyProbesOfTheRecipeAreQuarantined) {
  auto lock = whole(DeviceKind::cpu, false);
  lock.quarantined = {"ops.invented"};
  EXPECT_EQ(refusal(lock), "it quarantines ops.invented, which is no strict probe of recipe 3 on this device");
  lock.quarantined = {"arith.gpu_exp_f32"};
  EXPECT_THAT(refusal(lock), HasSubstr("it quarantines arith.gpu_exp_f32"));
  lock.quarantined = {"ops.\x1b[2J"};
  EXPECT_THAT(refusal(lock), HasSubstr("it quarantines ops.\\x1b[2J"));
}

TEST(Completeness, AtMostATenthIsQuarantinedAndEachOnce) {
  auto lock = whole(DeviceKind::cpu, false);
  const auto tenth = lock.strict.size() / 10;
  const auto quarantine = [&] {
    lock.quarantined.push_back(lock.strict.back().first);
    lock.strict.pop_back();
  };
  for (std::size_t i = 0; i < tenth; ++i) quarantine();
  EXPECT_EQ(refusal(lock), "");
  auto twice = lock;
  twice.quarantined.back() = twice.quarantined.front();
  EXPECT_EQ(refusal(twice), "a probe is quarantined twice");
  quarantine();
  EXPECT_THAT(refusal(lock), HasSubstr("11 of 105 probes are quarantined"));
}

TEST(Completeness, ALineOfNoProbeIsRefused) {
  auto lock = whole(DeviceKind::cpu, false);
  lock.strict.emplace_back("train.invented", hash);
  EXPECT_EQ(refusal(lock), "it holds a line of train.invented, which is no strict probe of recipe 3 on this device");
  lock = whole(DeviceKind::cpu, false);
  lock.as_is.emplace_back("arith.exp_f64", hash);
  EXPECT_THAT(refusal(lock), HasSubstr("arith.exp_f64, which is no as-is probe"));
}

TEST(Completeness, APartOfTheEmbeddedProbesIsRefused) {
  auto lock = whole(DeviceKind::cuda, true);
  std::erase_if(lock.strict, [](const auto& line) { return line.first == "arith.sass_exp_f32"; });
  EXPECT_THAT(refusal(lock), HasSubstr("it holds 14 of 15 probes of embedded machine code"));
}

TEST(Completeness, OlderRecipesAreReadAndHoldWhatTheyAreKnownToHaveHad) {
  for (const auto device : {DeviceKind::cpu, DeviceKind::cuda}) {
    for (const int number : {1, 2}) {
      auto lock = old(device, number);
      EXPECT_EQ(refusal(lock), "") << number;
      std::erase_if(lock.strict, [](const auto& line) { return line.first == "dnn.conv2d_3x3.forward"; });
      EXPECT_THAT(refusal(lock), HasSubstr("it lacks 1 of the strict probes")) << number;
    }
  }
  auto lock = old(DeviceKind::cpu, 2);
  lock.as_is.clear();
  EXPECT_EQ(refusal(lock), "it holds no as-is line, and recipe 2 has as-is probes");
}

TEST(Completeness, ANewerOrAnImpossibleRecipeNumberIsRefused) {
  auto lock = whole(DeviceKind::cpu, false);
  lock.recipe = 99;
  lock.strict.resize(1);
  try {
    check_completeness(lock, "T");
    ADD_FAILURE() << "was read";
  } catch (const base::Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("its recipe is 99"));
    EXPECT_EQ(error.next(), "install a newer envguard");
  }
  lock = old(DeviceKind::cpu, 1);
  lock.schema = 2;
  EXPECT_THAT(refusal(lock), HasSubstr("its recipe is 1, and locks of schema 2 begin with recipe 3"));
}

TEST(Completeness, OnlyALockOfAnOlderFormHasANote) {
  auto lock = whole(DeviceKind::cpu, false);
  EXPECT_EQ(note_on_form(lock), "");
  lock.schema = 1;
  EXPECT_EQ(note_on_form(lock),
            "the lock was written by an older envguard: nothing seals its lines; envguard lock --refresh renews it");
}

}  // namespace
}  // namespace envguard::compare
