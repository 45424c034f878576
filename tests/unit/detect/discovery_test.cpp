#include "detect/discovery.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "detect/install.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string venv(const std::string& prefix, const std::string& version) {
  return fmt::format("-- {}/pyvenv.cfg --\nhome = /usr/bin\nversion = 3.12.4\n", prefix) +
         torch_in(prefix + "/lib/python3.12/site-packages", version);
}

std::string empty_venv(const std::string& prefix) {
  return fmt::format("-- {0}/pyvenv.cfg --\nhome = /usr/bin\n-- {0}/lib/python3.12/site-packages/ --\n", prefix);
}

std::string python(const std::string& path) {
  return fmt::format("-- {} * --\n", path);
}

std::string rule_of(const Discovery& discovery) {
  return discovery.install ? discovery.install->rule : "none";
}

/// Every rule answers on this machine; each step takes the winner away and names the next.
TEST(Discovery, RulesComeInTheirOrder) {
  Tree tree(
      "cwd @/repo\ntop @/repo\nenvironment train env/policy\ntorch @/option\nset ENVGUARD_TORCH=@/variable\n"
      "set UV_PROJECT_ENVIRONMENT=env/uv\nset VIRTUAL_ENV=@/active\nset CONDA_PREFIX=@/conda/envs/x\n"
      "set CONDA_EXE=@/conda/bin/conda\nset PATH=@/path/bin\nset LIBTORCH=@/libtorch\nset "
      "Torch_DIR=@/t/share/cmake/Torch\n"
      "-- repo/uv.lock --\n" +
      venv("option", "1.0") + venv("variable", "2.0") + venv("repo/env/policy", "3.0") + venv("repo/env/uv", "4.0") +
      venv("repo/.venv", "5.0") + torch_in("repo/.pixi/envs/train/lib/python3.12/site-packages", "6.0") +
      venv("active", "8.0") + torch_in("conda/envs/x/lib/python3.12/site-packages", "9.0") +
      python("path/bin/python3") + torch_in("path/lib/python3.12/site-packages", "10.0") +
      torch_in("conda/lib/python3.12/site-packages", "11.0") +
      "-- libtorch/lib/libtorch.so --\n-- libtorch/build-version --\n12.0\n"
      "-- t/lib/libtorch.so --\n-- t/build-version --\n13.0\n-- usr/lib/x86_64-linux-gnu/libtorch.so --\n");
  std::vector<std::string> found;
  const auto step = [&](const char* gone) {
    const auto discovery = tree.find();
    ASSERT_TRUE(discovery.install);
    found.push_back(discovery.install->rule + " " + discovery.install->version);
    if (std::string(gone) == "--torch") tree.question.torch.clear();
    std::filesystem::remove_all(tree / gone);
  };
  for (const char* gone : {"--torch", "variable", "repo/env/policy", "repo/env/uv", "repo/.venv", "repo/.pixi",
                           "active", "conda/envs", "path/lib", "conda/lib", "libtorch", "t", "usr"})
    step(gone);
  EXPECT_THAT(found, ElementsAre("--torch 1.0", "ENVGUARD_TORCH 2.0", "python of the policy 3.0",
                                 "UV_PROJECT_ENVIRONMENT 4.0", ".venv beside uv.lock 5.0", ".pixi/envs/train 6.0",
                                 "VIRTUAL_ENV 8.0", "CONDA_PREFIX 9.0", "python3 on PATH 10.0", "conda base 11.0",
                                 "LIBTORCH 12.0", "Torch_DIR 13.0", "the system's LibTorch "));
  EXPECT_FALSE(tree.find().install);
}

TEST(Discovery, OnlyThePolicysOwnPythonIsNamedByThePolicy) {
  Tree tree("cwd @/repo\ntop @/repo\nenvironment train env\n" + venv("repo/env", "2.11.0"));
  EXPECT_EQ(tree.find().found_by, model::FoundBy::policy);
  tree.question.torch = (tree / "repo/env").string();
  EXPECT_EQ(tree.find().found_by, model::FoundBy::machine);
}

TEST(Discovery, ThePolicysRootIsWhereItsPathsStart) {
  Tree tree("cwd @/elsewhere\ntop @/repo\nenvironment train env\n" + venv("repo/part/env", "2.11.0"));
  EXPECT_FALSE(tree.find().install);
  const model::Environment environment{"train", "env", "part"};
  tree.question.environment = &environment;
  EXPECT_EQ(rule_of(tree.find()), "python of the policy");
}

TEST(Discovery, NonsenseForTheOptionSaysWhatWasLookedFor) {
  Tree tree("torch nothing-here\n-- folder/ --\n");
  const auto message = [&](const std::string& torch) {
    tree.question.torch = torch;
    try {
      (void)tree.find();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::usage);
      EXPECT_FALSE(error.next().empty());
      return tree.plain(error.message());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message("nothing-here"), "--torch: there is nothing at @/nothing-here");
  EXPECT_THAT(message("folder"), HasSubstr("no PyTorch in @/folder: looked for torch/version.py"));
  EXPECT_THAT(message("bad\x1b[31m"), testing::Not(HasSubstr("\x1b")));
}

TEST(Discovery, WhatHoldsNoTorchIsNotedAndPassedOver) {
  Tree tree("cwd @/repo\nset VIRTUAL_ENV=@/active\nset ENVGUARD_TORCH=@/typo\nset PATH=@/path/bin\n" +
            empty_venv("active") + python("path/bin/python3") +
            torch_in("path/lib/python3.12/dist-packages", "2.11.0"));
  const auto discovery = tree.find();
  EXPECT_EQ(rule_of(discovery), "python3 on PATH");
  ASSERT_EQ(discovery.passed_over.size(), 2U);
  EXPECT_EQ(tree.plain(discovery.passed_over[0]), "ENVGUARD_TORCH=@/typo: does not exist");
  EXPECT_EQ(tree.plain(discovery.passed_over[1]), "VIRTUAL_ENV=@/active: no torch");
  ASSERT_EQ(discovery.findings.size(), 1U);
  EXPECT_EQ(discovery.findings[0].id, "named-install-without-torch");
}

TEST(Discovery, AHookManagersOwnEnvironmentIsNobodysChoice) {
  const std::string pre_commit = "home/.cache/pre-commit/repo1/py_env";
  Tree tree("set VIRTUAL_ENV=@/" + pre_commit + "\nset PATH=@/" + pre_commit + "/bin:@/usr/bin\n" +
            venv(pre_commit, "1.0") + python(pre_commit + "/bin/python3") + python("usr/bin/python3.12") +
            "-- usr/bin/python3 -> python3.12 --\n" + torch_in("usr/lib/python3/dist-packages", "2.6.0"));
  const auto discovery = tree.find();
  EXPECT_EQ(rule_of(discovery) + " " + discovery.install->version, "python3 on PATH 2.6.0");
  EXPECT_THAT(discovery.passed_over, ElementsAre(HasSubstr("a hook manager's own environment")));
  EXPECT_THAT(discovery.findings, IsEmpty());
}

TEST(Discovery, CondasBaseComesAfterPath) {
  Tree tree("set CONDA_PREFIX=@/conda\nset PATH=@/path/bin\n-- conda/condabin/ --\n" +
            torch_in("conda/lib/python3.12/site-packages", "1.0") + python("path/bin/python3") +
            torch_in("path/lib/python3.12/site-packages", "2.0"));
  EXPECT_EQ(rule_of(tree.find()), "python3 on PATH");
  std::filesystem::remove_all(tree / "path/lib");
  EXPECT_EQ(rule_of(tree.find()), "conda base");
}

TEST(Discovery, AnActiveEnvironmentWithAnotherTorchIsSaid) {
  Tree tree("cwd @/repo\nset VIRTUAL_ENV=@/active\n-- repo/pyproject.toml --\n" + venv("repo/.venv", "2.11.0") +
            venv("active", "2.15.0"));
  auto findings = tree.find().findings;
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].id, "other-torch-active");
  EXPECT_EQ(findings[0].severity, model::Finding::Severity::warning);
  EXPECT_THAT(findings[0].what, testing::AllOf(HasSubstr("2.15.0"), HasSubstr("2.11.0")));
  tree.machine.environment["VIRTUAL_ENV"] = (tree / "repo/.venv").string();
  EXPECT_THAT(tree.find().findings, IsEmpty());
}

TEST(Discovery, AWorkspacesMemberFindsTheEnvironmentBesideItsLock) {
  Tree tree("cwd @/repo/packages/one\ntop @/repo\n-- repo/packages/one/pyproject.toml --\n-- repo/uv.lock --\n" +
            venv("repo/.venv", "2.11.0"));
  EXPECT_EQ(rule_of(tree.find()), ".venv beside uv.lock");
}

TEST(Discovery, NothingAboveTheRepositoryCounts) {
  Tree tree("cwd @/above/repo\ntop @/above/repo\n-- above/uv.lock --\n-- above/repo/ --\n" +
            venv("above/.venv", "2.11.0"));
  EXPECT_FALSE(tree.find().install);
  tree.question.top.clear();
  tree.question.highest = "/";
  EXPECT_TRUE(tree.find().install);
}

TEST(Discovery, TwoPoetryEnvironmentsOfOneNameAreNotGuessedBetween) {
  const std::string folder = "home/.cache/pypoetry/virtualenvs/my_project-";
  Tree tree("cwd @/repo\n-- repo/poetry.lock --\n-- repo/pyproject.toml --\n[project]\nname = \"My Project\"\n" +
            venv("home/.cache/pypoetry/virtualenvs/my_project-AbCdEf12-py3.12", "2.11.0"));
  EXPECT_EQ(rule_of(tree.find()), "poetry's environment");
  tree.add(venv("home/.cache/pypoetry/virtualenvs/my_project-ZZZZZZZZ-py3.12", "2.6.0"));
  const auto discovery = tree.find();
  EXPECT_FALSE(discovery.install);
  EXPECT_THAT(discovery.passed_over, testing::Each(HasSubstr("several poetry environments")));
  // The other one belongs to another clone, and says so.
  tree.add("-- " + folder + "ZZZZZZZZ-py3.12/lib/python3.12/site-packages/my_project.pth --\n/other/clone\n");
  EXPECT_EQ(rule_of(tree.find()), "poetry's environment");
}

TEST(Discovery, WhatWasLookedForAndAbsentIsRemembered) {
  Tree tree("cwd @/repo\nset ENVGUARD_TORCH=@/gone\n-- repo/pyproject.toml --\n" + venv("repo/.venv", "2.11.0"));
  const auto seen = [&](const std::string& path) {
    for (const auto& sighting : tree.find().sightings)
      if (sighting.path == tree / path) return sighting.present ? "present" : "absent";
    return "not looked at";
  };
  EXPECT_STREQ(seen("gone"), "absent");
  EXPECT_STREQ(seen("repo/uv.lock"), "absent");
  EXPECT_STREQ(seen("repo/.venv/lib/python3.12/site-packages/torch/version.py"), "present");
}

}  // namespace
}  // namespace envguard::detect
