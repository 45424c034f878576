// What may be opened. No library is opened here: only names, owners, modes and git's index count.

#include "trust/trust.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "scratch.hpp"

namespace envguard::testing {
namespace {

namespace fs = std::filesystem;
using model::FoundBy;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Trust : public ::testing::Test {
 protected:
  Trust()
      : top(scratch.repository("project", "one")),
        situation{.git = git::Git(top, scratch.environment),
                  .top = top,
                  .user = getuid(),
                  .environment = {},
                  .directory = top,
                  .engine = "/nonexistent"} {}

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

  static std::string why_not(const trust::Answer& answer) {
    if (!answer.refusal) return "";
    EXPECT_FALSE(answer.refusal->next.empty());
    return answer.refusal->why;
  }
  std::string why_not(const model::Install& install, FoundBy found_by = FoundBy::machine) {
    return why_not(trust::may_open(install, found_by, situation));
  }

  // Another user's file, as far as trust can tell: as root files are given away, else somebody else asks.
  void give_away(const fs::path& path) {
    if (getuid() != 0) {
      situation.user = getuid() + 1;
      return;
    }
    ASSERT_EQ(lchown(path.c_str(), 65534, 65534), 0);
  }

  // A small real library whose libraries are looked for in `run_path`.
  static void compile(const fs::path& library, const std::string& run_path) {
    fs::create_directories(library.parent_path());
    const std::string command =
        "echo 'int x;' | cc -shared -fPIC -xc - -o '" + library.string() + "' -Wl,-rpath,'" + run_path + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  Scratch scratch;
  fs::path top;
  trust::Situation situation;
};

TEST_F(Trust, AnUntrackedEnvironmentOfTheUsersOwn) {
  const auto install = make_install(top / ".venv");
  EXPECT_EQ(why_not(install), "");
  EXPECT_EQ(why_not(install, FoundBy::policy), "");
}

TEST_F(Trust, ATrackedFileAnywhereInIt) {
  const auto install = make_install(top / ".venv");
  for (const auto& file : {install.library / "libtorch.so", install.root / "version.py",
                           install.root.parent_path() / "nvidia/cudnn/lib/libcudnn.so.9"}) {
    track(top, file);
    EXPECT_THAT(why_not(install), HasSubstr("git tracks")) << file;
    EXPECT_EQ(trust::untrusted(*trust::may_open(install, FoundBy::machine, situation).refusal).code(),
              base::ExitCode::untrusted);
    scratch.git(top, {"rm", "-q", "--cached", file.string()});
    EXPECT_EQ(why_not(install), "") << file;
  }
}

TEST_F(Trust, CommittedAndStillThere) {
  const auto install = make_install(top / ".venv");
  track(top, top / ".venv");
  scratch.git(top, {"commit", "-q", "-m", "x"});
  const auto refusal = trust::may_open(install, FoundBy::machine, situation).refusal;
  ASSERT_TRUE(refusal);
  EXPECT_THAT(refusal->next, HasSubstr("delete it"));
  EXPECT_THAT(refusal->next, HasSubstr("ENVGUARD_TORCH"));
}

TEST_F(Trust, TakenOutOfTheIndexTheBytesAreStillTheCommittedOnes) {
  const auto install = make_install(top / ".venv");
  track(top, top / ".venv");
  scratch.git(top, {"commit", "-q", "-m", "x"});
  scratch.git(top, {"rm", "-r", "-q", "--cached", ".venv"});
  EXPECT_THAT(why_not(install), HasSubstr("HEAD"));
  fs::remove_all(top / ".venv");
  scratch.git(top, {"commit", "-q", "-m", "y"});
  EXPECT_EQ(why_not(make_install(top / ".venv")), "") << "installed anew";
}

TEST_F(Trust, VariablesThatNameAnotherIndexOrRepositoryHideNothing) {
  const auto install = make_install(top / ".venv");
  track(top, top / ".venv");
  const auto other = scratch.repository("other", "one");
  for (const auto& [name, value] :
       {std::pair("GIT_DIR", other / ".git"), std::pair("GIT_INDEX_FILE", other / ".git/index"),
        std::pair("GIT_INDEX_FILE", other / "absent"), std::pair("GIT_DIR", other / "absent")}) {
    auto environment = scratch.environment;
    environment[name] = value.string();
    situation.git = git::Git(top, environment);
    EXPECT_THAT(why_not(install), AnyOf(HasSubstr("git tracks"), HasSubstr("cannot tell"))) << name << " " << value;
    situation.top.reset();
    EXPECT_THAT(why_not(install), HasSubstr("git tracks")) << name << " " << value;
    situation.top = top;
  }
}

TEST_F(Trust, AWorkTreeThatOnlyVariablesName) {
  const auto install = make_install(top / ".venv");
  track(top, top / ".venv");
  fs::rename(top / ".git", scratch.folder() / "apart.git");
  auto environment = scratch.environment;
  environment["GIT_DIR"] = (scratch.folder() / "apart.git").string();
  environment["GIT_WORK_TREE"] = top.string();
  situation.git = git::Git(top, environment);
  EXPECT_THAT(why_not(install), HasSubstr("git tracks"));
}

TEST_F(Trust, ATrackedLinkOutOfTheRepository) {
  const auto outside = make_install(scratch.folder() / "outside");
  EXPECT_EQ(why_not(outside), "");
  fs::create_directory_symlink(outside.prefix, top / ".venv");
  EXPECT_EQ(why_not(install_at(top / ".venv")), "") << "the user's own link";
  EXPECT_EQ(why_not(install_at(top / ".venv"), FoundBy::policy), "") << "the user's own link";
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
    const auto refusal = trust::may_open(install, FoundBy::machine, situation).refusal;
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
  give_away(install.library / "libtorch.so");
  give_away(outside.library / "libtorch.so");
  EXPECT_THAT(why_not(install), HasSubstr("belongs to user"));
  EXPECT_EQ(why_not(outside), "") << "as an install of the system is";
}

TEST_F(Trust, ThePolicyNamesNothingOutside) {
  const auto outside = make_install(scratch.folder() / "outside");
  const auto refusal = trust::may_open(outside, FoundBy::policy, situation).refusal;
  ASSERT_TRUE(refusal);
  EXPECT_THAT(refusal->why, HasSubstr("the policy names an install outside"));
  EXPECT_THAT(refusal->next, Not(HasSubstr("outside/"))) << "a policy's path is no advice";
  EXPECT_THAT(why_not(install_at(top / "../outside"), FoundBy::policy), HasSubstr("outside"));
  fs::create_directory_symlink(scratch.folder() / "home", top / "mine");
  EXPECT_THAT(why_not(install_at(top / "mine/../outside"), FoundBy::policy), HasSubstr("outside"));
}

TEST_F(Trust, OutsideOfGitAnInstallThatNobodyNamed) {
  const auto install = make_install(scratch.folder() / "unpacked/.venv");
  situation.top.reset();
  EXPECT_THAT(why_not(install, FoundBy::project), HasSubstr("in no git repository"));
  EXPECT_EQ(why_not(install, FoundBy::machine), "");
}

TEST_F(Trust, SingleLibraries) {
  write(top / "lib/libcudnn.so.9", "x");
  write(scratch.folder() / "libcudnn.so.9", "x");
  EXPECT_EQ(why_not(trust::may_load({top / "lib/libcudnn.so.9", scratch.folder() / "libcudnn.so.9"}, situation)), "");
  track(top, top / "lib");
  EXPECT_NE(why_not(trust::may_load({top / "lib/libcudnn.so.9"}, situation)), "");
  EXPECT_EQ(why_not(trust::may_load({scratch.folder() / "libcudnn.so.9"}, situation)), "");
}

TEST_F(Trust, WhatVariablesMakeEveryChildLoad) {
  write(top / "data.bin", "x");
  write(top / "lib/libx.so", "x");
  write(top / "lib/glibc-hwcaps/x86-64-v3/libx.so", "x");
  write(top / "lib/haswell/tls/libx.so", "x");
  write(scratch.folder() / "own/libx.so", "x");
  compile(top / "elf", "/");
  const auto in_top = [&](const char* path) { return (top / path).string(); };
  const std::vector<std::pair<std::string, std::string>> variables{
      {"LD_PRELOAD", in_top("data.bin")},
      {"LD_PRELOAD", "/nonexistent.so data.bin"},
      {"LD_PRELOAD", std::string(100'000, ':') + in_top("data.bin")},
      {"LD_AUDIT", in_top("data.bin")},
      {"INTEL_LIBITTNOTIFY64", in_top("data.bin")},
      {"OMP_TOOL_LIBRARIES", "/nonexistent:" + in_top("data.bin")},
      {"ANYTHING", "x=1,elf"},
      {"LD_LIBRARY_PATH", in_top("lib")},
      {"LD_LIBRARY_PATH", "/usr/lib:lib"},
      {"LD_LIBRARY_PATH", in_top("lib/absent") + ":" + in_top("lib")},
      {"LD_LIBRARY_PATH", in_top("lib") + ":" + in_top("lib/absent")},
      {"LD_LIBRARY_PATH", top.parent_path().string() + "/$PLATFORM:" + top.string() + "/$LIB"},
      {"LD_LIBRARY_PATH", "$ORIGIN/../project/lib"},
  };
  situation.engine = scratch.folder() / "own";
  for (const auto& [name, value] : variables) {
    situation.environment = {{name, value}};
    EXPECT_EQ(why_not(trust::may_start(situation)), "") << name << "=" << value << ", untracked";
  }
  for (const char* each : {"data.bin", "elf", "lib/libx.so"}) track(top, top / each);
  for (const auto& [name, value] : variables) {
    situation.environment = {{name, value}};
    EXPECT_THAT(why_not(trust::may_start(situation)), HasSubstr("git tracks")) << name << "=" << value;
  }
  situation.environment = {{"LD_PRELOAD", "data.bin"}, {"LD_LIBRARY_PATH", "/usr/lib:" + top.string()}};
  situation.directory = "/";
  EXPECT_THAT(why_not(trust::may_start(situation)), HasSubstr("LD_PRELOAD")) << "a name without .so is searched too";
  situation.directory = top;
  situation.environment = {{"ANYTHING", in_top("data.bin")}, {"LD_LIBRARY_PATH", (scratch.folder() / "own").string()}};
  EXPECT_EQ(why_not(trust::may_start(situation)), "") << "a file of data, and a folder of the user's own";
  scratch.git(top, {"rm", "-q", "--cached", in_top("lib/libx.so")});
  situation.environment = {{"LD_LIBRARY_PATH", in_top("lib")}};
  for (const char* each : {"lib/glibc-hwcaps/x86-64-v3/libx.so", "lib/haswell/tls/libx.so"}) {
    EXPECT_EQ(why_not(trust::may_start(situation)), "");
    track(top, top / each);
    EXPECT_THAT(why_not(trust::may_start(situation)), HasSubstr("git tracks")) << each;
    scratch.git(top, {"rm", "-q", "--cached", in_top(each)});
  }
}

TEST_F(Trust, ALinkThatTheUserMadeToATrackedLibrary) {
  write(top / "libx.so", "x");
  track(top, top / "libx.so");
  fs::create_directories(scratch.folder() / "own");
  fs::create_symlink(top / "libx.so", scratch.folder() / "own/libgomp.so.1");
  situation.environment = {{"LD_LIBRARY_PATH", (scratch.folder() / "own").string()}};
  EXPECT_THAT(why_not(trust::may_start(situation)), HasSubstr("git tracks"));
}

TEST_F(Trust, FoldersInWhichTheInstallsLibrariesLookForTheirs) {
  const auto install = make_install(scratch.folder() / "outside");
  compile(install.library / "libtorch_cpu.so", "$ORIGIN/../deep");
  compile(install.root / "deep/libone.so", (top / "vendor").string());
  write(top / "vendor/libtwo.so", "x");
  EXPECT_EQ(why_not(install), "");
  track(top, top / "vendor");
  EXPECT_THAT(why_not(install), HasSubstr("git tracks vendor/libtwo.so"));
}

TEST_F(Trust, TheFolderAboveALinkIsTheOneThatTheKernelSees) {
  const auto real = make_install(scratch.folder() / "real");
  compile(real.library / "libtorch_cpu.so", "$ORIGIN/../../vendor");
  const auto install = make_install(scratch.folder() / "linked");
  fs::remove_all(install.root);
  fs::create_directory_symlink(real.root, install.root);
  write(top / "libone.so", "x");
  track(top, top / "libone.so");
  fs::create_directories(real.root.parent_path() / "vendor");
  EXPECT_EQ(why_not(install), "");
  fs::create_symlink(top / "libone.so", real.root.parent_path() / "vendor/libone.so");
  EXPECT_THAT(why_not(install), HasSubstr("git tracks"));
}

TEST_F(Trust, ATrackedLinkThatIsSearched) {
  write(scratch.folder() / "own/libx.so", "x");
  fs::create_directory_symlink(scratch.folder() / "own", top / "lib");
  situation.environment = {{"LD_LIBRARY_PATH", (top / "lib").string()}};
  EXPECT_EQ(why_not(trust::may_start(situation)), "");
  track(top, top / "lib");
  EXPECT_THAT(why_not(trust::may_start(situation)), HasSubstr("git tracks lib"));
}

TEST_F(Trust, WhatTheEngineMappedIsWhatWasLookedAt) {
  const auto install = make_install(top / ".venv");
  const auto seen = trust::may_open(install, FoundBy::machine, situation).seen;
  const std::vector<model::Library> mapped{{"libtorch.so", install.library / "libtorch.so", ""}};
  const auto code = [&](const std::vector<model::Library>& libraries) {
    try {
      trust::insist_on_seen(libraries, seen, situation);
      return base::ExitCode::match;
    } catch (const base::Error& error) {
      return error.code();
    }
  };
  EXPECT_EQ(code(mapped), base::ExitCode::match);
  fs::create_hard_link(install.library / "libtorch.so", scratch.folder() / "shared");
  EXPECT_EQ(code(mapped), base::ExitCode::match) << "another name for the same file";
  fs::remove(scratch.folder() / "shared");
  fs::rename(install.library / "libtorch.so", install.library / "aside");
  EXPECT_EQ(code(mapped), base::ExitCode::could_not_measure) << "gone";
  fs::rename(install.library / "aside", install.library / "libtorch.so");
  EXPECT_EQ(code(mapped), base::ExitCode::could_not_measure) << "put back: the kernel's ctime is another";
  write(top / "late.so", "x");
  EXPECT_EQ(code({{"late.so", top / "late.so", ""}}), base::ExitCode::match);
  track(top, top / "late.so");
  EXPECT_EQ(code({{"late.so", top / "late.so", ""}}), base::ExitCode::untrusted);
}

TEST_F(Trust, HowFarUpDiscoveryMayLook) {
  const auto home = scratch.folder() / "home";
  const auto project = home / "work/project";
  fs::create_directories(project);
  const auto highest = [&](const fs::path& start) { return trust::highest_folder(start, home, situation.user); };
  EXPECT_EQ(highest(project), home);
  fs::permissions(home / "work", fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(highest(project), project);
  EXPECT_EQ(highest(home / "work"), "");
  EXPECT_EQ(highest("/proc/self"), "/proc") << "a file system ends there";
  fs::permissions(home / "work", fs::perms::others_write, fs::perm_options::remove);
  if (getuid() == 0) {
    give_away(home / "work");
    EXPECT_EQ(highest(project), project);
  }
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
  situation.directory = scratch.folder();
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
