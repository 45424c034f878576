#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run.hpp"

namespace envguard::cli {
namespace {

using testing::HasSubstr;

/// `status` in a repository with a policy, a lock that is empty, and no hook.
class Status : public testing::Test {
 protected:
  Status() {
    std::string name = std::filesystem::temp_directory_path() / "envguard-status-XXXXXX";
    folder_ = mkdtemp(name.data());
    machine_.directory = folder_;
    machine_.environment = {{"PATH", std::getenv("PATH")}, {"HOME", folder_.string()}, {"GIT_CONFIG_NOSYSTEM", "1"}};
    machine_.now = [] { return std::chrono::system_clock::from_time_t(1795393020); };
    EXPECT_EQ(std::system(("git init -q " + folder_.string()).c_str()), 0);
    std::ofstream(folder_ / "envguard.toml") << "schema = 1\n";
    std::filesystem::create_directories(folder_ / "envguard.lock.d/default");
    std::ofstream(folder_ / "envguard.lock.d/default/cpu.toml") << "";
  }
  ~Status() override { std::filesystem::remove_all(folder_); }

  std::string status() {
    std::istringstream in;
    std::ostringstream out, err;
    const std::vector<std::string> arguments{"status"};
    EXPECT_EQ(run(arguments, machine_, {.in = in, .out = out, .err = err, .width = 200}), 0) << err.str();
    return out.str();
  }

  std::filesystem::path folder_;
  model::Machine machine_;
};

TEST_F(Status, SaysOfAnUnreadableLockWhereItIsAndWhatHelps) {
  EXPECT_THAT(status(), HasSubstr("envguard.lock.d/default/cpu.toml: is empty; restore it with git"));
}

TEST_F(Status, SaysHowTheHookIsInstalledWhereItIsNot) {
  EXPECT_THAT(status(), HasSubstr("pre-commit hook: absent\n"));
  EXPECT_THAT(status(), HasSubstr("envguard hook install\n"));
}

}  // namespace
}  // namespace envguard::cli
