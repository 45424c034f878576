#include "detect/mounts.hpp"

#include <gtest/gtest.h>

namespace envguard::detect {
namespace {

TEST(Mounts, OptionalFieldsAreSkippedAndBlanksReadBack) {
  const auto mounts = parse_mounts(
      "36 35 98:0 /a\\040b /mnt/c\\134d rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
      "37 35 0:5 / /proc rw - proc proc rw\n");
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounts[0].root, "/a b");
  EXPECT_EQ(mounts[0].point, "/mnt/c\\d");
  EXPECT_EQ(mounts[0].type, "ext3");
  EXPECT_EQ(mounts[0].source, "/dev/root");
  EXPECT_EQ(mounts[0].options, "rw,errors=continue");
  EXPECT_EQ(mounts[1].type, "proc");
}

TEST(Mounts, HalfALineIsNone) {
  EXPECT_TRUE(parse_mounts("").empty());
  EXPECT_TRUE(parse_mounts("36 35 98:0 / /mnt\n").empty());
  EXPECT_TRUE(parse_mounts("36 35 98:0 / /mnt rw master:1 ext3 /dev/root rw\n").empty());
  EXPECT_TRUE(parse_mounts("36 35 98:0 / /mnt rw - ext3 /dev/root").empty());
  EXPECT_EQ(parse_mounts("1 1 0:1 / /a\\04 rw - ext3 x rw").at(0).point, "/a\\04");
}

TEST(Mounts, TheLastOneAtAPlaceIsSeen) {
  const auto mounts = parse_mounts("1 0 0:1 / / rw - ext4 /dev/a rw\n2 1 0:2 / / rw - overlay overlay rw\n");
  ASSERT_NE(mounted_at(mounts, "/"), nullptr);
  EXPECT_EQ(mounted_at(mounts, "/")->type, "overlay");
  EXPECT_EQ(mounted_at(mounts, "/mnt"), nullptr);
}

}  // namespace
}  // namespace envguard::detect
