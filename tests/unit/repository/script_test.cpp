#include "repository/script.hpp"

#include <gtest/gtest.h>

namespace envguard::repository {
namespace {

TEST(Script, ReadsBackWhatItHolds) {
  for (const std::string program :
       {"/opt/envguard/libexec/envguard/envguard-hook", "/o'p t/$(x)/`y`/\"z\"/''", "/\\/a"}) {
    const auto script = parse_script(write_script({program, "pre-commit.before-envguard"}));
    ASSERT_TRUE(script);
    EXPECT_EQ(script->program, program);
    EXPECT_EQ(script->previous, "pre-commit.before-envguard");
  }
  EXPECT_EQ(parse_script(write_script({"/a", ""}))->previous, "");
}

TEST(Script, OthersAreNotOurs) {
  EXPECT_FALSE(parse_script(""));
  EXPECT_FALSE(parse_script("#!/bin/sh\nenvguard hook run\n"));
  EXPECT_FALSE(
      parse_script("\x7f"
                   "ELF"));
}

// A tracked script may carry the marker; uninstalling must not rename what it names.
TEST(Script, OneThatNamesAnotherFileAsThePreviousHookIsNotOurs) {
  for (const char* previous : {"../../x", "/home/you/.ssh/id.before-envguard", "sub/pre-commit.before-envguard", "x"})
    EXPECT_FALSE(parse_script(write_script({"/usr/libexec/envguard/envguard-hook", previous}))) << previous;
  EXPECT_TRUE(parse_script(write_script({"/usr/libexec/envguard/envguard-hook", "pre-commit.before-envguard.2"})));
}

TEST(Script, HoldsNoPlaceThatIsNotFilledIn) {
  EXPECT_EQ(write_script({"/a", "b"}).find('@'), write_script({"/a", "b"}).find("\"$@\"") + 2);
}

TEST(AsksForItsName, KnownWays) {
  EXPECT_NE(asks_for_its_name("n=$(basename \"$0\")\n"), "");
  EXPECT_NE(asks_for_its_name("hook_type = File.basename($0)\n"), "");
  EXPECT_NE(asks_for_its_name("case ${0##*/} in\n"), "");
  EXPECT_EQ(asks_for_its_name("HERE=\"$(cd \"$(dirname \"$0\")\" && pwd)\"\n"), "");  // pre-commit's own
}

}  // namespace
}  // namespace envguard::repository
