#include "cli/run.hpp"

#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// `run` on a machine without anything.
class Run : public testing::Test {
 protected:
  int run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return cli::run(arguments, machine_, {.in = in_, .out = out_, .err = err_});
  }

  Run() {
    machine_.directory = std::filesystem::temp_directory_path();
    machine_.now = [] { return std::chrono::system_clock::from_time_t(1795393020); };
  }

  model::Machine machine_;
  std::istringstream in_;
  std::ostringstream out_, err_;
};

TEST_F(Run, HelpGoesToStandardOutput) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("Exit codes:"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(Run, AFailureSaysCauseAndNextStepOnStandardError) {
  EXPECT_EQ(run({"check", "--bogus"}), 2);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), testing::AllOf(HasSubstr("--bogus"), HasSubstr("next: envguard check --help")));
}

TEST_F(Run, AFolderThatIsNotThereIsNamed) {
  EXPECT_EQ(run({"-C", "/no/such/folder", "status"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("/no/such/folder"));
}

TEST_F(Run, AMissingLockFileIsNamed) {
  EXPECT_EQ(run({"check", "--lock", "missing.toml"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("missing.toml"));
}

TEST_F(Run, NoTerminalSequenceOfAnArgumentReachesTheTerminal) {
  EXPECT_EQ(run({"-C", "/\x1b[31m", "status"}), 2);
  EXPECT_THAT(err_.str(), testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace envguard::cli
