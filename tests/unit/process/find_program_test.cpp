#include "process/find_program.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "process/run.hpp"

namespace envguard::process {
namespace {

namespace fs = std::filesystem;

// A repository that brings its own `git`, one folder outside of it, and a link from there into it.
class FindProgram : public testing::Test {
 protected:
  FindProgram() {
    std::string pattern = (fs::temp_directory_path() / "envguard-program-XXXXXX").string();
    folder_ = fs::canonical(::mkdtemp(pattern.data()));
    fs::create_directories(top() / ".git");
    for (const auto& place : {top(), top() / "bin", folder_ / "usr/bin"}) put(place / "git");
    fs::create_directories(folder_ / "linked");
    fs::create_symlink(top() / "git", folder_ / "linked/git");
  }
  ~FindProgram() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path top() const { return folder_ / "repository"; }
  [[nodiscard]] std::string usr() const { return (folder_ / "usr/bin").string(); }

  void put(const fs::path& program) const {
    fs::create_directories(program.parent_path());
    std::ofstream(program) << "#!/bin/sh\necho ran >'" << (folder_ / "ran").string() << "'\n";
    fs::permissions(program, fs::perms::owner_all);
  }

  [[nodiscard]] std::string found(const std::string& path) const {
    return find_program("git", {{"PATH", path}}, top() / "bin");
  }

  fs::path folder_;
};

TEST_F(FindProgram, WhatTheRepositoryHoldsDoesNotCount) {
  EXPECT_EQ(found((top() / "bin").string() + ":" + usr()), usr() + "/git");
  EXPECT_EQ(found((folder_ / "linked").string() + ":" + usr()), usr() + "/git");
  EXPECT_EQ(found(":.:bin:" + usr()), usr() + "/git");
  EXPECT_EQ(found((top() / "bin").string()), "");
  EXPECT_EQ(find_program("git", {{"PATH", (top() / "bin").string()}}, folder_), (top() / "bin/git").string())
      << "seen from elsewhere it is a program like any other";
}

TEST_F(FindProgram, TheRepositoryAroundASubmoduleToo) {
  std::ofstream(top() / "bin/.git") << "gitdir: ../.git/modules/bin\n";
  EXPECT_EQ(found(top().string() + ":" + usr()), usr() + "/git");
}

TEST_F(FindProgram, OfARepositoryAroundAnotherNothingIsSaid) {
  fs::create_directories(top() / "bin/.git");
  EXPECT_EQ(found(top().string()), (top() / "git").string()) << "a home folder may be a repository";
}

TEST_F(FindProgram, ANameThatIsNowhereIsNotLookedForInTheWorkingFolder) {
  Command command;
  command.argv = {"git"};
  command.directory = top();
  command.environment = {{"PATH", (folder_ / "absent").string()}};
  try {
    (void)run(command);
    FAIL() << "something ran";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
    EXPECT_NE(error.message().find("cannot start git"), std::string::npos) << error.message();
  }
  EXPECT_FALSE(fs::exists(folder_ / "ran"));
}

TEST_F(FindProgram, APathIsTakenAsItIs) {
  EXPECT_EQ(find_program("./git", {}, top()), "./git");
}

}  // namespace
}  // namespace envguard::process
