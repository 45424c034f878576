#include "lockfile/policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

#include "fixtures.hpp"

namespace envguard::lockfile {
namespace {

using model::Response;

TEST(Policy, ReadsEveryKey) {
  const auto policy = parse_policy(read_fixture("policies/full.toml"), "envguard.toml");
  EXPECT_EQ(policy.required_version, ">=0.1");
  ASSERT_EQ(policy.environments.size(), 2U);
  EXPECT_EQ(policy.environments[0].name, "train");
  EXPECT_EQ(policy.environments[0].python, ".venv");
  EXPECT_EQ(policy.environments[1].name, "serve");
  EXPECT_EQ(policy.environments[1].root, "serving/gpu");
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(policy.versions,
            (Pairs{{"torch", "locked"}, {"driver", ">=580"}, {"python", "==3.12.*"}, {"flash-attn", "any"}}));
  EXPECT_EQ(policy.fail_on, model::FailOn::never);
  EXPECT_EQ(policy.excuse_if_identical, (std::vector<std::string>{"triton", "flash-attn"}));
  ASSERT_EQ(policy.allow.size(), 2U);
  EXPECT_EQ(policy.allow[0].probe, "ops.sdpa_flash_f16");
  EXPECT_EQ(policy.allow[0].target, "h200");
  EXPECT_EQ(policy.allow[0].drift_class, model::DriftClass::precision);
  EXPECT_EQ(policy.allow[0].reason, "flash attention changed its tiling; compared by hand");
  EXPECT_EQ(policy.allow[0].until, "2027-02-01");
  EXPECT_EQ(policy.allow[1].drift_class, model::DriftClass::other_stream);
  ASSERT_EQ(policy.targets.size(), 2U);
  EXPECT_EQ(policy.targets[0].name, "h200");
  EXPECT_EQ(policy.targets[0].device, model::DeviceKind::cuda);
  EXPECT_EQ(policy.targets[0].key, (Pairs{{"gpu", "NVIDIA H200"}, {"compute-capability", "9.0"}, {"sm-count", "132"}}));
  EXPECT_TRUE(policy.targets[0].required);
  EXPECT_EQ(policy.targets[1].device, model::DeviceKind::cpu);
  EXPECT_EQ(policy.targets[1].key,
            (Pairs{{"cpu-vendor", "AuthenticAMD"}, {"isa", "avx512-bf16"}, {"cpu-family", "25"}, {"cpu-model", "97"}}));
  EXPECT_EQ(policy.commit.no_torch, Response::warn);
  EXPECT_EQ(policy.commit.no_gpu, Response::fail);
  EXPECT_EQ(policy.commit.not_locked, Response::pass);
  EXPECT_EQ(policy.commit.busy_gpu, Response::fail);
  EXPECT_EQ(policy.commit.could_not_measure, Response::warn);
  EXPECT_EQ(policy.commit.transient, Response::fail);
  EXPECT_EQ(policy.ci.transient, Response::warn);
  EXPECT_EQ(policy.ci.no_gpu, Response::fail);
  EXPECT_EQ(policy.cache_for, std::chrono::minutes(30));
  EXPECT_EQ(policy.ignore, (std::vector<std::string>{"*.md", "docs/**"}));
}

TEST(Policy, AnEmptyOneIsTheDefault) {
  const auto policy = parse_policy("", "envguard.toml");
  ASSERT_EQ(policy.environments.size(), 1U);
  EXPECT_EQ(policy.environments[0].name, "default");
  EXPECT_EQ(policy.environments[0].root, ".");
  EXPECT_TRUE(policy.versions.empty());
  EXPECT_EQ(policy.commit.not_locked, Response::warn);
  EXPECT_EQ(policy.ci.not_locked, Response::fail);
  EXPECT_EQ(policy.cache_for, std::chrono::hours(12));
}

TEST(Policy, FailsOnTheMildestClassThatItNames) {
  const auto fail_on = [](const std::string& line) {
    return parse_policy("[numerics]\n" + line + "\n", "envguard.toml").fail_on;
  };
  EXPECT_EQ(fail_on(""), model::FailOn::any_bit);
  EXPECT_EQ(fail_on("fail-on = \"any-bit\""), model::FailOn::any_bit);
  EXPECT_EQ(fail_on("fail-on = \"precision\""), model::FailOn::precision);
  EXPECT_EQ(fail_on("fail-on = \"wrong\""), model::FailOn::wrong);
  EXPECT_EQ(fail_on("fail-on = \"never\""), model::FailOn::never);
}

TEST(Policy, SaysHowManyProbesMustBeComputed) {
  const auto least = [](const std::string& line) {
    return parse_policy("[numerics]\n" + line + "\n", "envguard.toml").least_computed;
  };
  EXPECT_EQ(least(""), 0);
  EXPECT_EQ(least("least-computed = 90"), 90);
  for (const auto* line :
       {"least-computed = -1", "least-computed = 100001", "least-computed = \"90\"", "least-computed = 4294967296"})
    EXPECT_THROW(static_cast<void>(least(line)), base::Error) << line;
}

TEST(Policy, AllowsWhateverHasAClass) {
  for (const auto drift_class : model::drift_classes) {
    const auto text = "[[allow]]\nprobe = \"blas.mv_f32\"\ntarget = \"cpu\"\nclass = \"" +
                      std::string(model::name(drift_class)) + "\"\nreason = \"r\"\nuntil = \"2027-02-01\"\n";
    EXPECT_EQ(parse_policy(text, "envguard.toml").allow.at(0).drift_class, drift_class);
  }
}

TEST(Policy, AllowsInPyprojectToo) {
  const std::string text =
      "[[tool.envguard.allow]]\nprobe = \"blas.mv_f32\"\ntarget = \"cpu\"\nclass = \"wrong\"\nreason = \"r\"\n";
  const auto policy = parse_pyproject(text + "until = \"2027-02-01\"\n", "pyproject.toml");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->allow.size(), 1U);
  try {
    static_cast<void>(parse_pyproject(text, "pyproject.toml"));
    ADD_FAILURE() << "was accepted";
  } catch (const base::Error& error) {
    EXPECT_THAT(error.message(), testing::HasSubstr("until of [[tool.envguard.allow]]"));
  }
}

TEST(Policy, LiesInPyprojectToo) {
  const auto policy = parse_pyproject(read_fixture("policies/pyproject.toml"), "pyproject.toml");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->targets.at(0).name, "cpu");
  EXPECT_FALSE(parse_pyproject("[project]\nname = \"x\"\n[tool.ruff]\nline-length = 100\n", "pyproject.toml"));
  EXPECT_FALSE(parse_pyproject("", "pyproject.toml"));
}

TEST(Policy, ErrorsOfPyprojectNameItsTable) {
  const std::string text = "[project]\nname = \"x\"\n\n[tool.envguard.commit]\nno-torhc = \"pass\"\n";
  try {
    static_cast<void>(parse_pyproject(text, "pyproject.toml"));
    ADD_FAILURE() << "was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.place(), "pyproject.toml:5");
    EXPECT_EQ(error.message(), "no-torhc of [tool.envguard.commit] is not a key that envguard knows");
    EXPECT_EQ(error.next(), "did you mean \"no-torch\"?");
  }
}

}  // namespace
}  // namespace envguard::lockfile
