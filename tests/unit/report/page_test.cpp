#include "report/page.hpp"

#include <gtest/gtest.h>

namespace envguard::report {
namespace {

std::string step(std::string_view text) {
  return Page({}).command("next", text).text();
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
