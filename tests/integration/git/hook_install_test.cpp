// Installing beside other people's hooks, and giving everything back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "repository/hooks.hpp"

#include "scratch.hpp"

namespace envguard::testing {
namespace {

namespace fs = std::filesystem;
using repository::HookState;
using ::testing::HasSubstr;

class HookInstall : public ::testing::Test {
 protected:
  HookInstall() : top(scratch.repository("project", "one")), hook(top / ".git/hooks/pre-commit") {
    fs::remove_all(top / ".git/hooks");
  }

  repository::Repository open() { return repository::Repository::open(top, scratch.environment); }
  repository::HookReport install() { return repository::install_hooks(open(), installed.hook); }

  void write_hook(const fs::path& path, std::string_view text) {
    write(path, text);
    make_executable(path);
  }

  process::Result commit() { return scratch.try_git(top, {"commit", "-q", "--allow-empty", "-m", "x"}); }

  Scratch scratch;
  Installed installed{scratch.folder() / "it's installed"};
  Probe probe{scratch};
  fs::path top, hook;
};

TEST_F(HookInstall, StatusTellsWhatIsThere) {
  EXPECT_EQ(repository::hook_status(open()).hooks[0].state, HookState::absent);
  const auto report = install();
  ASSERT_EQ(report.hooks.size(), 2U);
  EXPECT_EQ(report.hooks[0].state, HookState::installed);
  EXPECT_EQ(report.hooks[1].name, "pre-merge-commit");
  EXPECT_EQ(report.hooks[0].program, installed.hook);
  EXPECT_EQ(report.hooks[0].path, hook);
  fs::remove(installed.hook);
  EXPECT_EQ(repository::hook_status(open()).hooks[0].state, HookState::program_gone);
  write_hook(hook, "#!/bin/sh\nexit 0\n");
  EXPECT_EQ(repository::hook_status(open()).hooks[0].state, HookState::foreign);
}

TEST_F(HookInstall, APathWithAQuoteRuns) {
  install();
  EXPECT_EQ(commit().exit_code, 0);
  EXPECT_TRUE(probe.take());
}

TEST_F(HookInstall, AnExistingHookRunsFirstAndDecides) {
  write_hook(hook, "#!/bin/sh\necho first\n[ ! -e stop ] || exit 3\n");
  const auto report = install();
  EXPECT_EQ(report.hooks[0].previous, top / ".git/hooks/pre-commit.before-envguard");
  auto result = commit();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("first"));
  EXPECT_TRUE(probe.take());
  write(top / "stop", "");
  result = commit();
  EXPECT_NE(result.exit_code, 0);
  EXPECT_FALSE(probe.take()) << "the commit had failed already";
}

TEST_F(HookInstall, TheExistingHooksExitCodeIsKept) {
  write_hook(hook, "#!/bin/sh\nexit 3\n");
  install();
  EXPECT_EQ(process::run({{hook.string()}, top, scratch.environment, {}, std::chrono::seconds(60)}).exit_code, 3);
}

TEST_F(HookInstall, UninstallGivesItBack) {
  const std::string text = "#!/bin/sh\n# mine\nexit 0\n";
  write_hook(hook, text);
  fs::permissions(hook, fs::perms(0751));
  install();
  EXPECT_NE(read(hook), text);
  const auto report = repository::uninstall_hooks(open());
  EXPECT_EQ(report.hooks[0].state, HookState::foreign);
  EXPECT_EQ(report.hooks[1].state, HookState::absent);
  EXPECT_EQ(read(hook), text);
  EXPECT_EQ(fs::status(hook).permissions(), fs::perms(0751));
  EXPECT_EQ(std::distance(fs::directory_iterator(hook.parent_path()), {}), 1) << "nothing is left behind";
}

TEST_F(HookInstall, ALinkIsGivenBackAsALink) {
  write_hook(top / "tools/check", "#!/bin/sh\nexit 0\n");
  fs::create_directories(hook.parent_path());
  fs::create_symlink("../../tools/check", hook);
  install();
  EXPECT_EQ(commit().exit_code, 0);
  EXPECT_TRUE(probe.take());
  repository::uninstall_hooks(open());
  EXPECT_EQ(fs::read_symlink(hook), "../../tools/check");
}

TEST_F(HookInstall, InstallingTwiceChainsNothingTwice) {
  write_hook(hook, "#!/bin/sh\necho first\n");
  install();
  const auto once = read(hook);
  install();
  EXPECT_EQ(read(hook), once);
  const auto said = commit().err;
  EXPECT_EQ(said.find("first"), said.rfind("first"));
}

TEST_F(HookInstall, ANameThatIsTakenIsNotOverwritten) {
  const auto taken = hook.string() + ".before-envguard";
  write_hook(hook, "#!/bin/sh\nexit 0\n");
  write_hook(taken, "precious\n");
  EXPECT_EQ(install().hooks[0].previous, hook.string() + ".before-envguard.2");
  EXPECT_EQ(read(taken), "precious\n");
}

TEST_F(HookInstall, AStrangersHookIsNeverRemoved) {
  install();
  write_hook(hook, "#!/bin/sh\nexit 0\n");
  repository::uninstall_hooks(open());
  EXPECT_EQ(read(hook), "#!/bin/sh\nexit 0\n");
}

TEST_F(HookInstall, AHookThatAsksForItsNameIsLeftAlone) {
  const std::string text = "#!/bin/sh\ncase $(basename \"$0\") in pre-commit) exit 1 ;; esac\n";
  write_hook(hook, text);
  try {
    install();
    FAIL() << "it was renamed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    EXPECT_THAT(error.next(), HasSubstr("envguard hook run"));
  }
  EXPECT_EQ(read(hook), text);
  EXPECT_FALSE(fs::exists(hook.parent_path() / "pre-merge-commit"));
}

TEST_F(HookInstall, HuskysFolderIsLeftAlone) {
  scratch.git(top, {"config", "core.hooksPath", ".husky/_"});
  try {
    install();
    FAIL() << "it was installed";
  } catch (const base::Error& error) {
    EXPECT_THAT(error.next(), HasSubstr(".husky/pre-commit"));
  }
  EXPECT_FALSE(fs::exists(top / ".husky/_/pre-commit"));
}

TEST_F(HookInstall, HooksThatAreSwitchedOff) {
  scratch.git(top, {"config", "core.hooksPath", "/dev/null"});
  EXPECT_THROW(install(), base::Error);
}

TEST_F(HookInstall, AHooksPathThatIsSharedOrTrackedIsPointedOut) {
  EXPECT_TRUE(install().notes.empty());
  scratch.git(top, {"config", "core.hooksPath", "tools/hooks"});
  EXPECT_THAT(install().notes, ::testing::ElementsAre(HasSubstr("do not commit")));
  scratch.git(top, {"config", "--unset", "core.hooksPath"});
  write(scratch.folder() / "global", "[core]\nhooksPath = " + (scratch.folder() / "shared").string() + "\n");
  scratch.environment["GIT_CONFIG_GLOBAL"] = (scratch.folder() / "global").string();
  EXPECT_THAT(install().notes, ::testing::ElementsAre(HasSubstr("global")));
  EXPECT_TRUE(fs::exists(scratch.folder() / "shared/pre-commit"));
}

TEST_F(HookInstall, AFolderThatCannotBeWrittenLeavesTheOldHook) {
  write_hook(hook, "#!/bin/sh\nexit 0\n");
  // A folder where the script's temporary file would be: works for root, too.
  fs::create_directories(hook.string() + ".envguard-" + std::to_string(getpid()) + "/x");
  EXPECT_THROW(install(), base::Error);
  EXPECT_EQ(read(hook), "#!/bin/sh\nexit 0\n");
  EXPECT_FALSE(fs::exists(hook.string() + ".before-envguard"));
}

}  // namespace
}  // namespace envguard::testing
