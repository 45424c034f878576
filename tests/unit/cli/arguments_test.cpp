#include "cli/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace envguard::cli {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<std::string>;

template <typename Options>
Options options_of(const Arguments& arguments) {
  return std::get<Options>(std::get<Invocation>(parse(arguments)).command);
}

base::Error error_of(const Arguments& arguments) {
  try {
    static_cast<void>(parse(arguments));
  } catch (const base::Error& error) {
    return error;
  }
  return {base::ExitCode::match, "nothing was thrown"};
}

TEST(Arguments, ReadsLock) {
  const auto lock = options_of<LockOptions>({"lock", "--environment", "train", "--target", "h200", "--device", "cuda:1",
                                             "--reason", "new node", "--runs", "30"});
  EXPECT_EQ(lock.environment, "train");
  EXPECT_EQ(lock.target, "h200");
  EXPECT_EQ(lock.device, (model::Device{model::DeviceKind::cuda, 1}));
  EXPECT_EQ(lock.reason, "new node");
  EXPECT_EQ(lock.runs, 30);
  EXPECT_EQ(lock.timeout.count(), 600);
}

TEST(Arguments, ReadsCompareAndExplain) {
  const auto compare = options_of<CompareOptions>(
      {"compare", "/a", "--knob", "A=1", "--knob", "B=2", "--flag", "mkldnn=false", "--device", "cpu"});
  EXPECT_THAT(compare.installs, testing::ElementsAre("/a"));
  EXPECT_THAT(compare.knobs, testing::ElementsAre("A=1", "B=2"));
  EXPECT_THAT(compare.flags, testing::ElementsAre("mkldnn=false"));
  EXPECT_EQ(error_of({"compare"}).code(), base::ExitCode::usage);
  EXPECT_TRUE(options_of<ExplainOptions>({"explain", "--ack"}).acknowledge);
  EXPECT_EQ(options_of<ExplainOptions>({"explain", "v.json"}).result, "v.json");
}

TEST(Arguments, NearestIsNoCheckOfAFileOrACommit) {
  EXPECT_TRUE(options_of<CheckOptions>({"check", "--nearest"}).nearest);
  EXPECT_EQ(error_of({"check", "--nearest", "--lock", "a.toml"}).code(), base::ExitCode::usage);
  EXPECT_EQ(error_of({"check", "--nearest", "--staged"}).code(), base::ExitCode::usage);
  EXPECT_EQ(error_of({"check", "--nearest", "--wait", "60s"}).code(), base::ExitCode::usage);
  EXPECT_EQ(error_of({"check", "--nearest", "--require-gpu"}).code(), base::ExitCode::usage);
}

TEST(Arguments, AutoIsNoDevice) {
  EXPECT_FALSE(options_of<CheckOptions>({"check", "--device", "auto"}).device);
  EXPECT_EQ(options_of<CheckOptions>({"check", "--device", "cpu"}).device, model::Device{});
  const auto gpus = options_of<CheckOptions>({"check", "--device", "all", "--require-gpu", "--wait", "60"});
  EXPECT_TRUE(gpus.all_gpus && gpus.require_gpu && !gpus.device);
  EXPECT_EQ(gpus.wait, std::chrono::seconds(60));
  EXPECT_EQ(options_of<CheckOptions>({"check", "--wait", "10m"}).wait, std::chrono::minutes(10));
  EXPECT_FALSE(options_of<CheckOptions>({"check"}).all_gpus);
}

TEST(Arguments, GlobalOptionsStandBeforeOrAfterTheCommand) {
  for (const auto& arguments : {Arguments{"--torch", "/venv", "--format", "json", "check"},
                                Arguments{"check", "--torch", "/venv", "--format", "json"}}) {
    const auto invocation = std::get<Invocation>(parse(arguments));
    EXPECT_EQ(invocation.global.torch, "/venv");
    EXPECT_EQ(invocation.global.format, Format::json);
  }
}

TEST(Arguments, HookTakesWhatGitGives) {
  EXPECT_EQ(options_of<HookOptions>({"hook", "install"}).action, HookOptions::Action::install);
  EXPECT_EQ(options_of<HookOptions>({"hook", "uninstall"}).action, HookOptions::Action::uninstall);
  EXPECT_EQ(options_of<HookOptions>({"hook", "run"}).action, HookOptions::Action::run);
  EXPECT_EQ(error_of({"hook", "run", "pre-merge-commit"}).code(), base::ExitCode::usage) << "git gives it none";
}

TEST(Arguments, HelpListsCommandsAndExitCodes) {
  const auto help = std::get<Answer>(parse(Arguments{"--help"})).text;
  for (const auto* command :
       {"try", "init", "doctor", "fingerprint", "lock", "check", "status", "diff", "compare", "explain", "hook"}) {
    EXPECT_THAT(help, HasSubstr(command));
  }
  for (const auto& row : base::exit_codes()) EXPECT_THAT(help, HasSubstr(std::string(row.name)));
}

TEST(Arguments, HelpOfACommandIsItsOwn) {
  const auto help = std::get<Answer>(parse(Arguments{"lock", "--help"})).text;
  EXPECT_THAT(help, HasSubstr("--reason"));
  EXPECT_THAT(help, testing::Not(HasSubstr("--no-cache")));
}

TEST(Arguments, VersionIsTheProjects) {
  EXPECT_EQ(std::get<Answer>(parse(Arguments{"--version"})).text, "envguard " ENVGUARD_VERSION "\n");
}

TEST(Arguments, WhatCannotBeUnderstoodSaysWhatToType) {
  for (const auto& arguments :
       {Arguments{}, Arguments{"chekc"}, Arguments{"check", "--bogus"}, Arguments{"check", "--device", "gpu"},
        Arguments{"lock", "--device", "all"}, Arguments{"check", "--wait", "-1"}, Arguments{"check", "--wait", "soon"},
        Arguments{"check", "--staged", "--commit", "HEAD"}, Arguments{"check", "--lock", "x.toml", "--target", "x"},
        Arguments{"check", "--environment", "train", "--lock", "x.toml"}, Arguments{"lock", "--runs", "1"},
        Arguments{"hook"}, Arguments{"check", "--timeout", "0"}, Arguments{"--format", "yaml", "check"},
        Arguments{"diff", "a", "b", "c"}}) {
    const auto error = error_of(arguments);
    EXPECT_EQ(error.code(), base::ExitCode::usage) << error.what();
    EXPECT_THAT(error.next(), HasSubstr("--help"));
  }
}

TEST(Arguments, ATypoNamesTheNearestCommand) {
  EXPECT_THAT(error_of({"chekc"}).message(), HasSubstr("\"check\""));
  EXPECT_THAT(error_of({"check", "--no-cahce"}).message(), HasSubstr("--no-cache"));
}

}  // namespace
}  // namespace envguard::cli
