// What the installed hook judges, commit by commit: always what is about to be committed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/hooks.hpp"

#include "scratch.hpp"

namespace envguard::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class HookRun : public ::testing::Test {
 protected:
  // A repository whose committed lock begins with "one", hooks installed.
  fs::path start(std::vector<std::string> init_options = {}) {
    auto top = scratch.repository("project", "one", std::move(init_options));
    install(top);
    return top;
  }

  void install(const fs::path& where) {
    repository::install_hooks(repository::Repository::open(where, scratch.environment), installed.hook);
  }

  std::string commit(const fs::path& top, std::vector<std::string> options) {
    options.insert(options.begin(), {"commit", "-q", "-m", "change"});
    scratch.git(top, std::move(options));
    return probe.take().value_or("not started");
  }

  Scratch scratch;
  Installed installed{scratch.folder() / "installed"};
  Probe probe{scratch};
};

TEST_F(HookRun, CommitJudgesTheStagedLock) {
  const auto top = start();
  write(top / lock_path, "two\n");
  scratch.git(top, {"add", "-A"});
  write(top / lock_path, "three\n");
  const auto seen = commit(top, {});
  EXPECT_THAT(seen, HasSubstr("started: hook run\n"));
  EXPECT_THAT(seen, HasSubstr("policy index:envguard.toml\n"));
  EXPECT_THAT(seen, HasSubstr("lock default/cpu two\n"));
}

TEST_F(HookRun, CommitAllJudgesTheIndexThatGitIsMaking) {
  const auto top = start();
  write(top / lock_path, "two\n");
  EXPECT_THAT(commit(top, {"-a"}), HasSubstr("lock default/cpu two\n"));
}

TEST_F(HookRun, PartialCommitLeavesTheStagedLockOut) {
  const auto top = start();
  write(top / lock_path, "two\n");
  scratch.git(top, {"add", std::string(lock_path)});
  write(top / "README.md", "new text\n");
  EXPECT_THAT(commit(top, {"--", "README.md"}), HasSubstr("lock default/cpu one\n"));
}

TEST_F(HookRun, PartialCommitOfTheLockTakesItFromTheWorkTree) {
  const auto top = start();
  write(top / lock_path, "two\n");
  EXPECT_THAT(commit(top, {"--", std::string(lock_path)}), HasSubstr("lock default/cpu two\n"));
}

TEST_F(HookRun, CommitFromASubfolderIsJudgedFromTheTop) {
  const auto top = start();
  write(top / "source/deep/file", "x\n");
  scratch.git(top, {"add", "-A"});
  EXPECT_THAT(commit(top / "source/deep", {}), HasSubstr("lock default/cpu one\n"));
}

TEST_F(HookRun, FirstCommit) {
  const auto top = scratch.folder() / "fresh";
  scratch.git(scratch.folder(), {"init", "-q", top.string()});
  install(top);
  write(top / "envguard.toml", "schema = 1\n[commit]\nignore = [\"*.md\"]\n");
  write(top / lock_path, "first\n");
  scratch.git(top, {"add", "-A"});
  const auto seen = commit(top, {});
  EXPECT_THAT(seen, HasSubstr("lock default/cpu first\n"));
  EXPECT_THAT(seen, Not(HasSubstr("only ignored")));
}

TEST_F(HookRun, CleanMergeRunsPreMergeCommit) {
  const auto top = start();
  scratch.git(top, {"switch", "-q", "-c", "relock"});
  write(top / lock_path, "two\n");
  commit(top, {"-a"});
  scratch.git(top, {"switch", "-q", "main"});
  write(top / "README.md", "other\n");
  commit(top, {"-a"});
  scratch.git(top, {"merge", "-q", "--no-edit", "relock"});
  EXPECT_THAT(probe.take().value_or("not started"), HasSubstr("lock default/cpu two\n"));
}

TEST_F(HookRun, LinkedWorktree) {
  const auto top = start();
  const auto linked = scratch.folder() / "linked";
  scratch.git(top, {"worktree", "add", "-q", "-b", "side", linked.string()});
  write(linked / lock_path, "linked\n");
  EXPECT_THAT(commit(linked, {"-a"}), HasSubstr("lock default/cpu linked\n"));
}

TEST_F(HookRun, Submodule) {
  const auto inner = scratch.repository("inner", "inner");
  const auto outer = scratch.repository("outer", "outer");
  scratch.git(outer, {"submodule", "--quiet", "add", inner.string(), "part"});
  install(outer / "part");
  write(outer / "part" / lock_path, "within\n");
  EXPECT_THAT(commit(outer / "part", {"-a"}), HasSubstr("lock default/cpu within\n"));
  EXPECT_EQ(commit(outer, {}), "not started") << "the outer repository has no hook";
}

TEST_F(HookRun, HooksPathInTheWorkTree) {
  const auto top = scratch.repository("project", "one");
  scratch.git(top, {"config", "core.hooksPath", "tools/hooks"});
  fs::create_directories(top / "source");
  install(top / "source");
  EXPECT_TRUE(fs::exists(top / "tools/hooks/pre-commit"));
  EXPECT_THAT(commit(top, {"--allow-empty"}), HasSubstr("lock default/cpu one\n"));
}

TEST_F(HookRun, Sha256Repository) {
  const auto top = start({"--object-format=sha256"});
  write(top / lock_path, "two\n");
  EXPECT_THAT(commit(top, {"-a"}), HasSubstr("lock default/cpu two\n"));
}

TEST_F(HookRun, SplitAndSparseIndex) {
  const auto top = start();
  scratch.git(top, {"update-index", "--split-index"});
  write(top / lock_path, "two\n");
  EXPECT_THAT(commit(top, {"-a"}), HasSubstr("lock default/cpu two\n"));
  scratch.git(top, {"update-index", "--no-split-index"});
  write(top / "data/file", "x\n");
  scratch.git(top, {"add", "-A"});
  commit(top, {});
  scratch.git(top, {"sparse-checkout", "set", "--cone", "--sparse-index", "data"});
  EXPECT_FALSE(fs::exists(top / lock_path));
  EXPECT_THAT(commit(top, {"--allow-empty"}), HasSubstr("lock default/cpu two\n"));
}

TEST_F(HookRun, BlocksTheCommit) {
  const auto top = start();
  scratch.environment["ENVGUARD_PROBE_EXIT"] = "8";
  const auto before = scratch.git(top, {"rev-parse", "HEAD"});
  EXPECT_NE(scratch.try_git(top, {"commit", "--allow-empty", "-m", "x"}).exit_code, 0);
  EXPECT_EQ(scratch.git(top, {"rev-parse", "HEAD"}), before);
}

TEST_F(HookRun, SaysThatTheLockIsNotStaged) {
  const auto top = start();
  scratch.git(top, {"rm", "-q", "--cached", std::string(lock_path)});
  EXPECT_THAT(commit(top, {}), HasSubstr("lock of default is not staged\n"));
}

TEST_F(HookRun, IgnoredFiles) {
  const auto top = start();
  write(top / "envguard.toml", "schema = 1\n[commit]\nignore = [\"*.md\", \"docs/**\"]\n");
  EXPECT_THAT(commit(top, {"-a"}), Not(HasSubstr("only ignored")));
  write(top / "docs/deep/page.rst", "x\n");
  write(top / "README.md", "y\n");
  scratch.git(top, {"add", "-A"});
  EXPECT_THAT(commit(top, {}), HasSubstr("only ignored files are staged\n"));
  EXPECT_THAT(commit(top, {"--allow-empty"}), Not(HasSubstr("only ignored"))) << "nothing is staged";
  write(top / "docs/new.rst", "x\n");
  write(top / "train.py", "x\n");
  scratch.git(top, {"add", "-A"});
  EXPECT_THAT(commit(top, {}), Not(HasSubstr("only ignored")));
}

TEST_F(HookRun, PathspecVariablesOfTheCallerDoNotCount) {
  const auto top = start();
  scratch.environment["GIT_LITERAL_PATHSPECS"] = "1";
  EXPECT_THAT(commit(top, {"--allow-empty"}), HasSubstr("lock default/cpu one\n"));
  scratch.environment.erase("GIT_LITERAL_PATHSPECS");
  scratch.environment["GIT_GLOB_PATHSPECS"] = "1";
  EXPECT_THAT(commit(top, {"--allow-empty"}), HasSubstr("lock default/cpu one\n"));
}

TEST_F(HookRun, SkipsOnRequestInOneLine) {
  const auto top = start();
  for (const auto* setting : {"ENVGUARD_SKIP=1", "SKIP=flake8,envguard"}) {
    const std::string text = setting;
    const auto name = text.substr(0, text.find('='));
    scratch.environment[name] = text.substr(text.find('=') + 1);
    const auto result = scratch.try_git(top, {"commit", "-q", "--allow-empty", "-m", "x"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.err, HasSubstr("envguard: skipped (" + name));
    EXPECT_FALSE(probe.take());
    scratch.environment.erase(name);
  }
  scratch.environment["SKIP"] = "flake8";
  EXPECT_THAT(commit(top, {"--allow-empty"}), HasSubstr("started"));
}

TEST_F(HookRun, WithoutAnyEnvguardTheCommitPassesWithOneLine) {
  const auto top = start();
  fs::remove(installed.envguard);
  auto result = scratch.try_git(top, {"commit", "-q", "--allow-empty", "-m", "x"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("not judged"));
  fs::remove(installed.hook);
  result = scratch.try_git(top, {"commit", "-q", "--allow-empty", "-m", "x"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("not judged"));
}

TEST_F(HookRun, WithoutTheFastPathEnvguardOnPathRuns) {
  const auto top = start();
  fs::remove(installed.hook);
  scratch.environment["PATH"] = installed.envguard.parent_path().string() + ":" + scratch.environment["PATH"];
  EXPECT_THAT(commit(top, {"--allow-empty"}), HasSubstr("started: hook run\n"));
}

}  // namespace
}  // namespace envguard::testing
