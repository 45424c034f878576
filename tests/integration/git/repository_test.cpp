// Policy and locks from work tree, index and commit, and repositories that have none.

#include "repository/repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

#include "scratch.hpp"

namespace envguard::testing {
namespace {

namespace fs = std::filesystem;
using repository::Repository;
using repository::Source;
using repository::View;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Source work_tree{View::work_tree, {}};
const Source staged{View::index, {}};

class RepositoryTest : public ::testing::Test {
 protected:
  Repository open(const fs::path& where) { return Repository::open(where, scratch.environment); }

  std::string lock(const fs::path& where, const Source& source) {
    const auto set = open(where).locks(source, "default");
    return set.locks.empty() ? "none" : set.locks.front().text;
  }

  // The error of what must fail.
  template <typename Action>
  base::Error error_of(Action action) {
    try {
      action();
    } catch (const base::Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {base::ExitCode::match, ""};
  }

  Scratch scratch;
};

TEST_F(RepositoryTest, TheThreeSources) {
  const auto top = scratch.repository("project", "one");
  write(top / lock_path, "two\n");
  scratch.git(top, {"add", "-A"});
  write(top / lock_path, "three\n");
  EXPECT_EQ(lock(top, {View::commit, "HEAD"}), "one\n");
  EXPECT_EQ(lock(top, staged), "two\n");
  EXPECT_EQ(lock(top, work_tree), "three\n");
  const auto places = open(top);
  EXPECT_EQ(places.locks(staged, "default").locks[0].place, "index:" + std::string(lock_path));
  EXPECT_EQ(places.locks({View::commit, "main"}, "default").locks[0].place, "commit main:" + std::string(lock_path));
  EXPECT_EQ(places.locks(work_tree, "default").locks[0].place, (top / lock_path).string());
}

TEST_F(RepositoryTest, AFileNameWithALineBreakLeadsGitNowhere) {
  const auto top = scratch.repository("project", "one");
  write(top / "envguard.lock.d/default/x\n/nonexistent/x.toml", "x");
  EXPECT_EQ(open(top).locks(work_tree, "default").locks.size(), 1U);
  scratch.git(top, {"add", "-A"});
  EXPECT_EQ(open(top).locks(staged, "default").locks.size(), 1U);
}

TEST_F(RepositoryTest, NoProgramThatTheConfigurationNamesIsRun) {
  const auto top = scratch.repository("project", "one");
  const auto mark = scratch.folder() / "ran";
  const auto program = "touch '" + mark.string() + "'; cat";
  write(top / ".gitattributes", "* filter=odd\n");
  scratch.git(top, {"config", "filter.odd.clean", program});
  scratch.git(top, {"config", "core.fsmonitor", program});
  scratch.git(top, {"add", "-A"});
  EXPECT_TRUE(fs::remove(mark)) << "git itself runs it";
  const auto repository = open(top);
  EXPECT_TRUE(repository.policy(work_tree));
  EXPECT_EQ(repository.locks(work_tree, "default").locks.size(), 1U);
  EXPECT_TRUE(repository.policy(staged));
  EXPECT_FALSE(repository.only_ignored_staged({"*.md"}));
  EXPECT_FALSE(fs::exists(mark));
}

// A tracked folder may be a whole bare repository with a configuration of its own, which git reads where one stands in
// it.
TEST_F(RepositoryTest, ATrackedBareRepositoryIsNotRead) {
  const auto top = scratch.repository("project", "one");
  const auto mark = scratch.folder() / "ran";
  scratch.git(top, {"init", "-q", "--bare", "docs"});
  write(top / "docs/config",
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n"
        "\tfsmonitor = \"touch '" +
            mark.string() + "'\"\n");
  try {
    (void)open(top / "docs");
    FAIL() << "read it";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    EXPECT_THAT(error.message(), HasSubstr("bare repository"));
  }
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(RepositoryTest, TheSameContentHasTheSameInputsFromEverySource) {
  const auto top = scratch.repository("project", "one");
  write(top / "envguard.lock.d/default/cpu.evidence", std::string("\0\n\xff", 3));
  scratch.git(top, {"add", "-A"});
  scratch.git(top, {"commit", "-q", "-m", "x"});
  const auto repository = open(top);
  const Source head{View::commit, "HEAD"};
  EXPECT_EQ(repository.policy(work_tree)->inputs, repository.policy(staged)->inputs);
  EXPECT_EQ(repository.policy(head)->inputs, repository.policy(staged)->inputs);
  EXPECT_EQ(repository.locks(work_tree, "default").inputs, repository.locks(staged, "default").inputs);
  EXPECT_EQ(repository.locks(head, "default").inputs, repository.locks(staged, "default").inputs);
  EXPECT_EQ(repository.locks(staged, "default").inputs.size(), 2U);
  EXPECT_EQ(*repository.locks(staged, "default").locks[0].evidence, std::string("\0\n\xff", 3));
}

TEST_F(RepositoryTest, OtherFilesBesideTheLocksAreNoLocks) {
  const auto top = scratch.repository("project", "one");
  for (const auto* name : {"README.md", "cpu.toml.orig", ".hidden.toml", "deep/h200.toml"})
    write(top / "envguard.lock.d/default" / name, "x\n");
  const auto set = open(top).locks(work_tree, "default");
  ASSERT_EQ(set.locks.size(), 1U);
  EXPECT_EQ(set.locks[0].target, "cpu");
  EXPECT_FALSE(set.locks[0].evidence);
}

TEST_F(RepositoryTest, PolicyIsTheNearestInTheWorkTreeAndTheTopsElsewhere) {
  const auto top = scratch.repository("project", "one");
  write(top / "part/pyproject.toml", "[tool.envguard]\nschema = 1\n");
  write(top / "part/deep/pyproject.toml", "[project]\nname = \"no policy\"\n");
  scratch.git(top, {"add", "-A"});
  const auto policy = open(top / "part/deep").policy(work_tree);
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->folder, "part");
  EXPECT_EQ(policy->place, (top / "part/pyproject.toml").string());
  EXPECT_EQ(open(top / "part/deep").policy(staged)->place, "index:envguard.toml");
  EXPECT_EQ(open(top).policy(work_tree)->folder, "");
}

TEST_F(RepositoryTest, TwoPoliciesInOneFolder) {
  const auto top = scratch.repository("project", "one");
  write(top / "pyproject.toml", "[tool.envguard]\nschema = 1\n");
  EXPECT_EQ(error_of([&] { static_cast<void>(open(top).policy(work_tree)); }).code(), base::ExitCode::usage);
}

TEST_F(RepositoryTest, APyprojectOfSomebodyElseIsNotRead) {
  const auto top = scratch.repository("project", "one");
  write(top / "pyproject.toml", "this is [[[ no TOML\n");
  EXPECT_TRUE(open(top).policy(work_tree));
  fs::remove(top / "envguard.toml");
  EXPECT_FALSE(open(top).policy(work_tree));
  fs::remove(top / "pyproject.toml");
  fs::create_symlink("nowhere", top / "pyproject.toml");
  EXPECT_FALSE(open(top).policy(work_tree));
}

TEST_F(RepositoryTest, LinksAreNotFollowed) {
  const auto top = scratch.repository("project", "one");
  write(scratch.folder() / "outside", "schema = 1\n");
  fs::remove(top / "envguard.toml");
  fs::create_symlink(scratch.folder() / "outside", top / "envguard.toml");
  fs::remove(top / lock_path);
  fs::create_symlink(scratch.folder() / "outside", top / lock_path);
  scratch.git(top, {"add", "-A"});
  for (const auto& source : {work_tree, staged}) {
    EXPECT_EQ(error_of([&] { static_cast<void>(open(top).policy(source)); }).code(), base::ExitCode::usage);
    EXPECT_EQ(error_of([&] { lock(top, source); }).code(), base::ExitCode::lock_unreadable);
  }
}

TEST_F(RepositoryTest, ALinkedLockFolderIsNeitherReadNorWritten) {
  for (const auto& [name, linked] :
       {std::pair("outer", "envguard.lock.d"), std::pair("inner", "envguard.lock.d/default")}) {
    const auto top = scratch.repository(name, "one");
    EXPECT_EQ(open(top).lock_folder("default"), top / "envguard.lock.d/default");
    const auto outside = scratch.folder() / (std::string("outside-") + name);
    fs::rename(top / linked, outside);
    fs::create_symlink(outside, top / linked);
    const auto error = error_of([&] { static_cast<void>(open(top).lock_folder("default")); });
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    EXPECT_EQ(error.place(), (top / linked).string());
    EXPECT_THAT(error.next(), HasSubstr("rm " + (top / linked).string()));
    EXPECT_EQ(error_of([&] { lock(top, work_tree); }).code(), base::ExitCode::lock_unreadable);
    EXPECT_FALSE(open(top).has_lock_in_work_tree("default"));
  }
}

TEST_F(RepositoryTest, AHugeLockIsMeasuredBeforeItIsRead) {
  const auto top = scratch.repository("project", "one");
  write(top / lock_path, "");
  fs::resize_file(top / lock_path, 100 << 20);
  scratch.git(top, {"add", "-A"});
  for (const auto& source : {work_tree, staged})
    EXPECT_EQ(error_of([&] { lock(top, source); }).code(), base::ExitCode::lock_unreadable);
}

TEST_F(RepositoryTest, AConflictIsNamed) {
  const auto top = scratch.repository("project", "one");
  scratch.git(top, {"switch", "-q", "-c", "side"});
  write(top / lock_path, "two\n");
  scratch.git(top, {"commit", "-q", "-a", "-m", "x"});
  scratch.git(top, {"switch", "-q", "main"});
  write(top / lock_path, "three\n");
  scratch.git(top, {"commit", "-q", "-a", "-m", "x"});
  EXPECT_NE(scratch.try_git(top, {"merge", "side"}).exit_code, 0);
  const auto error = error_of([&] { lock(top, staged); });
  EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
  EXPECT_THAT(error.next(), HasSubstr("git add"));
}

TEST_F(RepositoryTest, NamesThatWouldLeaveTheFolder) {
  const auto top = scratch.repository("project", "one");
  EXPECT_EQ(error_of([&] { static_cast<void>(open(top).locks(staged, "../../x")); }).code(), base::ExitCode::usage);
}

TEST_F(RepositoryTest, RevisionsThatDoNotExist) {
  const auto top = scratch.repository("project", "one");
  for (const auto* revision : {"nowhere", "--all", "", "HEAD~9"})
    EXPECT_EQ(error_of([&] { lock(top, {View::commit, revision}); }).code(), base::ExitCode::usage) << revision;
}

TEST_F(RepositoryTest, NoCommitYet) {
  const auto top = scratch.folder() / "fresh";
  scratch.git(scratch.folder(), {"init", "-q", top.string()});
  EXPECT_FALSE(open(top).policy(staged));
  EXPECT_EQ(error_of([&] { lock(top, {View::commit, "HEAD"}); }).code(), base::ExitCode::usage);
  write(top / "a.md", "x");
  scratch.git(top, {"add", "-A"});
  EXPECT_TRUE(open(top).only_ignored_staged({"*.md"}));
  EXPECT_FALSE(open(top).only_ignored_staged({"*.txt"}));
}

TEST_F(RepositoryTest, BareAndInsideOfGitsFolder) {
  scratch.git(scratch.folder(), {"init", "-q", "--bare", "bare"});
  const auto top = scratch.repository("project", "one");
  for (const auto& where : {scratch.folder() / "bare", top / ".git"}) {
    const auto error = error_of([&] { open(where); });
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    EXPECT_THAT(error.next(), HasSubstr("--lock"));
  }
}

TEST_F(RepositoryTest, NoRepository) {
  scratch.environment["GIT_CEILING_DIRECTORIES"] = scratch.folder().string();
  fs::create_directories(scratch.folder() / "plain");
  EXPECT_FALSE(Repository::find(scratch.folder() / "plain", scratch.environment));
  const auto error = error_of([&] { open(scratch.folder() / "plain"); });
  EXPECT_EQ(error.code(), base::ExitCode::usage);
  EXPECT_THAT(error.next(), HasSubstr("git init"));
}

TEST_F(RepositoryTest, AnotherUsersRepository) {
  const auto top = scratch.repository("it's theirs", "one");
  scratch.environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1";
  const auto error = error_of([&] { open(top); });
  EXPECT_EQ(error.code(), base::ExitCode::usage);
  EXPECT_THAT(error.next(), HasSubstr("git config --global --add safe.directory"));
  EXPECT_THAT(error.next(), HasSubstr("theirs"));
}

TEST_F(RepositoryTest, NoGit) {
  const auto top = scratch.repository("project", "one");
  scratch.environment["PATH"] = "/nonexistent";
  EXPECT_THAT(error_of([&] { open(top); }).message(), HasSubstr("git"));
}

TEST_F(RepositoryTest, ALockedIndexIsRead) {
  const auto top = scratch.repository("project", "one");
  write(top / ".git/index.lock", "");
  EXPECT_EQ(lock(top, staged), "one\n");
  EXPECT_FALSE(open(top).only_ignored_staged({"*.md"}));
  EXPECT_EQ(read(top / ".git/index.lock"), "");
}

TEST_F(RepositoryTest, GitDirAndWorkTreeOfTheCaller) {
  const auto top = scratch.repository("project", "one");
  fs::rename(top / ".git", scratch.folder() / "elsewhere.git");
  fs::create_directories(top / "source");
  scratch.environment["GIT_DIR"] = "../../elsewhere.git";
  scratch.environment["GIT_WORK_TREE"] = "..";
  const auto repository = open(top / "source");
  EXPECT_EQ(repository.top(), top);
  EXPECT_EQ(repository.git_dir(), scratch.folder() / "elsewhere.git");
  EXPECT_EQ(lock(top / "source", staged), "one\n");
  EXPECT_TRUE(open(top / "source").policy(work_tree));
}

TEST_F(RepositoryTest, LinkedWorktreesShareTheirCommonFolder) {
  const auto top = scratch.repository("project", "one");
  scratch.git(top, {"worktree", "add", "-q", "../linked"});
  const auto linked = open(scratch.folder() / "linked");
  EXPECT_EQ(linked.common_dir(), top / ".git");
  EXPECT_EQ(linked.git_dir(), top / ".git/worktrees/linked");
  EXPECT_EQ(linked.layout().hooks, top / ".git/hooks");
}

}  // namespace
}  // namespace envguard::testing
