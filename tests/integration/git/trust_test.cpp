// What may be opened. No library is opened here: only names, owners, modes and git's index count.

#include "trust/trust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "scratch.hpp"

namespace envguard::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Trust : public ::testing::Test {
 protected:
  Trust() : top(scratch.repository("project", "one")), situation{git::Git(top, scratch.environment), top, getuid()} {}

  // Files laid out as pip lays PyTorch out.
  model::Install make_install(const fs::path& prefix) {
    const auto packages = prefix / "lib/python3.11/site-packages";
    write(packages / "torch/version.py", "x\n");
    write(packages / "torch/lib/libtorch.so", "x\n");
    write(packages / "nvidia/cudnn/lib/libcudnn.so.9", "x\n");
    return install_at(prefix);
  }

  model::Install install_at(const fs::path& prefix) {
    model::Install install;
    install.prefix = prefix;
    install.root = prefix / "lib/python3.11/site-packages/torch";
    install.library = install.root / "lib";
    return install;
  }

  void track(const fs::path& repository, const fs::path& path) {
    scratch.git(repository, {"add", "-f", path.string()});
  }

  std::string why_not(const model::Install& install, bool named_by_policy = false) {
    const auto refusal = trust::may_open(install, named_by_policy, situation);
    if (!refusal) return "";
    EXPECT_FALSE(refusal->next.empty());
    return refusal->why;
  }

  Scratch scratch;
  fs::path top;
  trust::Situation situation;
};

TEST_F(Trust, AnUntrackedEnvironmentOfTheUsersOwn) {
  const auto install = make_install(top / ".venv");
  EXPECT_EQ(why_not(install), "");
  EXPECT_EQ(why_not(install, true), "");
}

TEST_F(Trust, ATrackedFileAnywhereInIt) {
  const auto install = make_install(top / ".venv");
  for (const auto& file : {install.library / "libtorch.so", install.root / "version.py",
                           install.root.parent_path() / "nvidia/cudnn/lib/libcudnn.so.9"}) {
    track(top, file);
    EXPECT_THAT(why_not(install), HasSubstr("git tracks")) << file;
    EXPECT_EQ(trust::untrusted(*trust::may_open(install, false, situation)).code(), base::ExitCode::untrusted);
    scratch.git(top, {"rm", "-q", "--cached", file.string()});
    EXPECT_EQ(why_not(install), "") << file;
  }
}

TEST_F(Trust, CommittedAndStillThere) {
  const auto install = make_install(top / ".venv");
  track(top, top / ".venv");
  scratch.git(top, {"commit", "-q", "-m", "x"});
  const auto refusal = trust::may_open(install, false, situation);
  ASSERT_TRUE(refusal);
  EXPECT_THAT(refusal->next, HasSubstr("rm -r --cached"));
  EXPECT_THAT(refusal->next, HasSubstr("ENVGUARD_TORCH"));
}

TEST_F(Trust, ATrackedLinkOutOfTheRepository) {
  const auto outside = make_install(scratch.folder() / "outside");
  EXPECT_EQ(why_not(outside), "");
  fs::create_directory_symlink(outside.prefix, top / ".venv");
  EXPECT_EQ(why_not(install_at(top / ".venv")), "") << "the user's own link";
  EXPECT_EQ(why_not(install_at(top / ".venv"), true), "") << "the user's own link";
  track(top, top / ".venv");
  EXPECT_THAT(why_not(install_at(top / ".venv")), HasSubstr("git tracks .venv"));
}

TEST_F(Trust, LinksInsideOfTheInstall) {
  const auto install = make_install(top / ".venv");
  make_install(top / "vendor");
  fs::remove_all(install.root);
  fs::create_directory_symlink(top / "vendor/lib/python3.11/site-packages/torch", install.root);
  EXPECT_EQ(why_not(install), "");
  track(top, top / "vendor");
  EXPECT_THAT(why_not(install), HasSubstr("git tracks"));
}

TEST_F(Trust, ALibraryOutsideThatLeadsIntoTheRepository) {
  const auto install = make_install(scratch.folder() / "outside");
  write(top / "libtorch.so", "x");
  track(top, top / "libtorch.so");
  fs::remove(install.library / "libtorch.so");
  fs::create_symlink(top / "libtorch.so", install.library / "libtorch.so");
  EXPECT_THAT(why_not(install), HasSubstr("git tracks"));
}

TEST_F(Trust, ASubmoduleTracksItsOwn) {
  const auto inner = scratch.repository("inner", "one");
  track(inner, make_install(inner / "env").prefix);
  scratch.git(inner, {"commit", "-q", "-m", "x"});
  scratch.git(top, {"submodule", "--quiet", "add", inner.string(), "part"});
  EXPECT_THAT(why_not(install_at(top / "part/env")), HasSubstr("git tracks env"));
}

TEST_F(Trust, TheRepositoryAroundASubmoduleCounts) {
  const auto inner = scratch.repository("inner", "one");
  scratch.git(top, {"submodule", "--quiet", "add", inner.string(), "part"});
  const auto install = make_install(top / ".venv");
  situation.git = git::Git(top / "part", scratch.environment);
  situation.top = top / "part";
  EXPECT_EQ(why_not(install), "");
  track(top, install.prefix);
  EXPECT_THAT(why_not(install), HasSubstr("git tracks .venv"));
}

TEST_F(Trust, WhoElseCanWrite) {
  const auto install = make_install(top / ".venv");
  for (const auto& path : {install.library / "libtorch.so", install.library, install.root, top / ".venv/lib",
                           top / ".venv", install.root.parent_path() / "nvidia/cudnn/lib/libcudnn.so.9"}) {
    const auto mode = fs::status(path).permissions();
    fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
    const auto refusal = trust::may_open(install, false, situation);
    ASSERT_TRUE(refusal) << path;
    EXPECT_THAT(refusal->why, HasSubstr("by everyone"));
    EXPECT_THAT(refusal->next, HasSubstr("chmod -R go-w"));
    fs::permissions(path, mode);
    EXPECT_EQ(why_not(install), "") << path;
  }
}

TEST_F(Trust, AnotherOwner) {
  const auto install = make_install(top / ".venv");
  const auto outside = make_install(scratch.folder() / "outside");
  situation.user = getuid() + 1;
  EXPECT_THAT(why_not(install), HasSubstr("belongs to user"));
  EXPECT_EQ(why_not(outside), "") << "as an install of the system is";
}

TEST_F(Trust, ThePolicyNamesNothingOutside) {
  const auto outside = make_install(scratch.folder() / "outside");
  EXPECT_THAT(why_not(outside, true), HasSubstr("the policy names an install outside"));
  EXPECT_THAT(why_not(install_at(top / "../outside"), true), HasSubstr("outside"));
  fs::create_directory_symlink(scratch.folder() / "home", top / "mine");
  EXPECT_THAT(why_not(install_at(top / "mine/../outside"), true), HasSubstr("outside"));
}

TEST_F(Trust, SingleLibraries) {
  write(top / "lib/libcudnn.so.9", "x");
  write(scratch.folder() / "libcudnn.so.9", "x");
  EXPECT_FALSE(trust::may_load({top / "lib/libcudnn.so.9", scratch.folder() / "libcudnn.so.9"}, situation));
  track(top, top / "lib");
  EXPECT_TRUE(trust::may_load({top / "lib/libcudnn.so.9"}, situation));
  EXPECT_FALSE(trust::may_load({scratch.folder() / "libcudnn.so.9"}, situation));
}

TEST_F(Trust, TheIndexThatIsBeingCommittedCounts) {
  const auto install = make_install(top / ".venv");
  fs::copy_file(top / ".git/index", scratch.folder() / "other-index");
  scratch.environment["GIT_INDEX_FILE"] = (scratch.folder() / "other-index").string();
  track(top, install.prefix);
  EXPECT_EQ(why_not(install), "") << "this repository's own index";
  situation.git = git::Git(top, scratch.environment);
  EXPECT_THAT(why_not(install), HasSubstr("git tracks"));
}

TEST_F(Trust, FromOutsideATrackedInstallIsStillTracked) {
  const auto install = make_install(top / ".venv");
  situation.git = git::Git(scratch.folder(), scratch.environment);
  situation.top.reset();
  EXPECT_EQ(why_not(install), "");
  track(top, install.prefix);
  EXPECT_THAT(why_not(install), HasSubstr("git tracks .venv"));
}

TEST_F(Trust, OutsideOfTheRepositoryOwnerAndModeAreTheSystems) {
  const auto install = make_install(scratch.folder() / "outside");
  fs::permissions(install.library, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(why_not(install), "");
  situation.top.reset();
  EXPECT_EQ(why_not(install), "");
}

}  // namespace
}  // namespace envguard::testing
