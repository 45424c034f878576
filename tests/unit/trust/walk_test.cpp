#include "trust/walk.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/work_tree.hpp"
#include "trust/owner.hpp"

namespace envguard::trust {
namespace {

namespace fs = std::filesystem;

class WalkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "envguard-walk-XXXXXX").string();
    folder = fs::canonical(mkdtemp(pattern.data()));
    fs::create_directories(folder / "a/b");
    fs::create_directories(folder / "c");
  }
  void TearDown() override { fs::remove_all(folder); }

  std::vector<std::string> links(const Walk& way) {
    std::vector<std::string> found;
    for (const auto& step : way.steps)
      if (step.is_link()) found.push_back(step.path.lexically_relative(folder).string());
    return found;
  }

  fs::path folder;
};

TEST_F(WalkTest, AgreesWithTheKernel) {
  fs::create_directory_symlink("../a", folder / "c/up");
  fs::create_directory_symlink(folder / "c/up/b", folder / "absolute");
  for (const auto& path : {folder / "a/b", folder / "c/up/b", folder / "absolute", folder / "a/./b/../b",
                           folder / "absolute/../b", folder / "a//b/"})
    EXPECT_EQ(walk(path).end, fs::canonical(path)) << path;
}

TEST_F(WalkTest, NamesEveryLinkOnTheWay) {
  fs::create_directory_symlink("../a", folder / "c/up");
  fs::create_directory_symlink(folder / "c/up/b", folder / "absolute");
  EXPECT_EQ(links(walk(folder / "absolute")), (std::vector<std::string>{"absolute", "c/up"}));
  EXPECT_TRUE(links(walk(folder / "a/b")).empty());
}

TEST_F(WalkTest, CirclesAndAbsentFilesEnd) {
  fs::create_symlink("two", folder / "one");
  fs::create_symlink("one", folder / "two");
  EXPECT_EQ(walk(folder / "one").end, folder);
  EXPECT_EQ(walk(folder / "a/none/deep").end, folder / "a");
}

TEST_F(WalkTest, Climbs) {
  EXPECT_TRUE(walk(folder / "a/../c").climbs);
  EXPECT_FALSE(walk(folder / "a/..b").climbs);
}

TEST(IsWithin, ComparesWholeNames) {
  EXPECT_TRUE(base::is_within("/a/b", "/a"));
  EXPECT_TRUE(base::is_within("/a", "/a"));
  EXPECT_FALSE(base::is_within("/ab", "/a"));
  EXPECT_FALSE(base::is_within("/", "/a"));
}

TEST(NotAlone, OwnerAndMode) {
  Step step{"/x", {}};
  step.status.st_mode = S_IFREG | 0644;
  step.status.st_uid = 7;
  EXPECT_EQ(not_alone(step, 7), "");
  EXPECT_EQ(not_alone(step, 8), "belongs to user 7");
  step.status.st_mode = S_IFREG | 0646;
  EXPECT_EQ(not_alone(step, 7), "can be written by everyone");
  step.status.st_gid = 54321;
  step.status.st_mode = S_IFREG | 0664;
  EXPECT_EQ(not_alone(step, 7), "can be written by group 54321");
  step.status.st_mode = S_IFLNK | 0777;
  EXPECT_EQ(not_alone(step, 7), "");
}

TEST(NotAlone, RootsPrivateGroup) {
  Step step{"/x", {}};
  step.status.st_mode = S_IFDIR | 0775;
  EXPECT_EQ(not_alone(step, 0), "") << "root's group is root's alone";
  step.status.st_gid = 1;
  EXPECT_NE(not_alone(step, 0), "");
}

}  // namespace
}  // namespace envguard::trust
