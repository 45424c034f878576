#include "lockfile/new_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lockfile/policy.hpp"
#include "lockfile/targets.hpp"

namespace envguard::lockfile {
namespace {

TEST(NewPolicy, ReadsBack) {
  const model::Key key = model::CpuKey{"AuthenticAMD", 25, 97, "avx512-bf16"};
  const model::Key gpu = model::GpuKey{"NVIDIA H200", "9.0", 132};
  const std::string text = new_policy_text(
      {".venv", "2.11.0+cu130", ".venv/lib/python3.11/site-packages/torch", "3.11.2", "580.65.06", {gpu, key}});
  const auto policy = parse_policy(text, "envguard.toml");
  ASSERT_EQ(policy.environments.size(), 1U);
  EXPECT_EQ(policy.environments[0].name, "default");
  EXPECT_EQ(policy.environments[0].python, ".venv");
  EXPECT_EQ(fits(policy.targets, key)->name, "cpu-amd-25-97");
  EXPECT_EQ(fits(policy.targets, gpu)->name, "h200");
  EXPECT_THAT(text, testing::HasSubstr("# here: 2.11.0+cu130 in .venv/lib"));
}

TEST(NewPolicy, SaysWhatEnvguardDoesWithoutOne) {
  const auto written = parse_policy(new_policy_text({}), "envguard.toml");
  const auto absent = parse_policy("", "envguard.toml");
  EXPECT_EQ(written.environments[0].name, absent.environments[0].name);
  EXPECT_EQ(written.environments[0].python, "");
  EXPECT_EQ(written.fail_on, absent.fail_on);
  EXPECT_EQ(written.commit.no_torch, absent.commit.no_torch);
  EXPECT_EQ(written.commit.not_locked, absent.commit.not_locked);
  EXPECT_EQ(written.commit.could_not_measure, absent.commit.could_not_measure);
  EXPECT_EQ(written.commit.transient, absent.commit.transient);
  EXPECT_EQ(written.ci.no_gpu, absent.ci.no_gpu);
  EXPECT_EQ(written.cache_for, absent.cache_for);
}

TEST(NewPolicy, HostileNamesCannotEndALine) {
  const std::string text = new_policy_text(
      {"a\"\n[x]\n", "2\n[y]", "\x1b[31m", "3\n4", "1\n2", {model::GpuKey{"\"]\nno-torch = 1\n", "9.0", 1}}});
  const auto policy = parse_policy(text, "envguard.toml");
  EXPECT_EQ(policy.environments[0].python, "a\"\n[x]\n");
  EXPECT_EQ(policy.targets[0].key[0].second, "\"]\nno-torch = 1\n");
}

}  // namespace
}  // namespace envguard::lockfile
