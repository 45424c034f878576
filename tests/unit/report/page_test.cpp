#include "report/page.hpp"

#include <gtest/gtest.h>

namespace envguard::report {
namespace {

std::string step(std::string_view text) {
  return Page({}).command("next", text).text();
}

TEST(ShortVersion, ShortensHashesAlone) {
  EXPECT_EQ(short_version("70d99e998b4955e0049d13a98d77ae1b14db1f45"), "70d99e998b49");
  EXPECT_EQ(short_version("ea2326d9bba33fe23997881b4ce3aa8b"), "ea2326d9bba3");
  EXPECT_EQ(short_version("2.11.0+cu130"), "2.11.0+cu130");
  EXPECT_EQ(short_version("sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"), "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120");
}

TEST(Page, ACommandWithinASentenceIsNotSplit) {
  EXPECT_EQ(
      step("give this hardware its own name, since the other is taken: envguard lock --environment train --target x"),
      "  next        give this hardware its own name, since the other is taken:\n"
      "              envguard lock --environment train --target x\n");
  EXPECT_EQ(step("untrack what git tracks of this install there (git rm -r --cached .venv), or take another install"),
            "  next        untrack what git tracks of this install there\n"
            "              (git rm -r --cached .venv), or take another install\n");
  EXPECT_EQ(step("words that are long enough to reach the end of this line `envguard lock` says more"),
            "  next        words that are long enough to reach the end of this line\n"
            "              `envguard lock` says more\n");
}

TEST(Page, WordsThatOnlyMentionAProgramAreWrapped) {
  EXPECT_EQ(step("the file belongs to git and to nobody else, so that nothing of it is to be changed"),
            "  next        the file belongs to git and to nobody else, so that nothing of it\n"
            "              is to be changed\n");
}

TEST(Page, ColumnsStayTwoBlanksApart) {
  EXPECT_EQ(Page({}).row("arith", {"71b4-90fe-a839  2 probes"}).text(), "  arith       71b4-90fe-a839  2 probes\n");
  EXPECT_EQ(Page({}).row("again", {{"71b4", Tone::strong}, "  the same"}).text(), "  again       71b4  the same\n");
}

TEST(Page, ATimeIsAnAgeWhereTheStyleHasAClock) {
  const auto now = std::chrono::system_clock::from_time_t(1795421700 + 2 * 3600);  // 2026-11-23T08:15:00Z and two hours
  EXPECT_EQ(Page({.now = now}).when("2026-11-23T08:15:00Z"), "2 h ago");
  EXPECT_EQ(Page({.now = now}).when("yesterday"), "yesterday");
  EXPECT_EQ(Page({}).when("2026-11-23T08:15:00Z"), "2026-11-23T08:15:00Z");
}

}  // namespace
}  // namespace envguard::report
