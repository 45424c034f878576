#include "base/text.hpp"

#include <array>

#include <gtest/gtest.h>

namespace envguard::base {
namespace {

TEST(Visible, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(visible("plain ünïcode 漢"), "plain ünïcode 漢");
  EXPECT_EQ(visible("\x1b[31mred\n"), "\\x1b[31mred\\x0a");
  EXPECT_EQ(visible("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(visible("a ##vso[task.x]b ##[error]c # ## [d"), "a \\x23#vso[task.x]b \\x23#[error]c # ## [d");
  EXPECT_EQ(visible("a\u202eb"), "a\\u{202e}b");  // right-to-left override
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("漢字"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

TEST(Nearest, FindsTyposAndNothingElse) {
  constexpr std::array<std::string_view, 3> keys{"fail-on", "excuse-if-identical", "cache-for"};
  EXPECT_EQ(nearest("fail_on", keys), "fail-on");
  EXPECT_EQ(nearest("excuse-if-identicl", keys), "excuse-if-identical");
  EXPECT_FALSE(nearest("tolerance", keys));
}

TEST(PlainName, IsSafeAsAFileName) {
  for (const auto* name : {"h200", "cpu-amd-25-97", "a.b_c"}) EXPECT_TRUE(is_plain_name(name)) << name;
  for (const auto* name : {"", ".", "..", "../../x", "a/b", ".hidden", "-x", "a b", "ü"})
    EXPECT_FALSE(is_plain_name(name)) << name;
}

TEST(ShellQuote, CanBePasted) {
  EXPECT_EQ(shell_quote("h200"), "h200");
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("it's $x"), "'it'\\''s $x'");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a::b", ':'), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ':'), (std::vector<std::string_view>{""}));
  EXPECT_EQ(trim(" \ta b\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

}  // namespace
}  // namespace envguard::base
