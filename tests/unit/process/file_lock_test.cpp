#include "process/file_lock.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace envguard::process {
namespace {

namespace fs = std::filesystem;

class Locks : public testing::Test {
 protected:
  Locks() : folder_(fs::path(testing::TempDir()) / ("locks-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Locks() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(Locks, OneHolderAtATime) {
  const auto file = folder_ / "gpu.lock";
  {
    const auto first = FileLock::take(file);
    ASSERT_TRUE(first);
    EXPECT_FALSE(FileLock::take(file));
  }
  EXPECT_TRUE(FileLock::take(file)) << "it is given back with its holder";
  EXPECT_TRUE(fs::exists(file)) << "and stays there";
}

TEST_F(Locks, AFileThatAnotherUserMadeCanBeLocked) {
  const auto file = folder_ / "gpu.lock";
  const auto mask = ::umask(0077);
  (void)FileLock::take(file);
  ::umask(mask);
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0444U, 0444U) << "to read is enough";
  EXPECT_EQ(status.st_mode & 0222U, 0U) << "and nobody can write into it";
}

TEST_F(Locks, ANamedPipeOfThatNameKeepsNobodyWaiting) {
  const auto pipe = folder_ / "gpu.lock";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0644), 0);
  EXPECT_TRUE(FileLock::take(pipe));
}

TEST_F(Locks, WhatIsNoPlaceForOneIsNamed) {
  fs::create_symlink("/etc/passwd", folder_ / "link");
  for (const auto& place : {folder_ / "link", folder_ / "missing" / "gpu.lock"}) {
    try {
      (void)FileLock::take(place);
      ADD_FAILURE() << place;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
      EXPECT_EQ(error.place(), place.string());
    }
  }
}

}  // namespace
}  // namespace envguard::process
