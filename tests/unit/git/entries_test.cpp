#include <gtest/gtest.h>

#include "base/error.hpp"
#include "git/git.hpp"

namespace envguard::git {
namespace {

using namespace std::string_literals;

const std::string sha1(40, 'a');
const std::string sha256(64, 'b');

TEST(IndexEntries, AsGitPrintsThem) {
  const auto entries =
      parse_index_entries("100644 " + sha1 + " 0\tenvguard.toml\0"s + "100755 " + sha256 + " 2\ta b\n\tc\0"s);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0], (Entry{"envguard.toml", 0100644, sha1, 0}));
  EXPECT_EQ(entries[1], (Entry{"a b\n\tc", 0100755, sha256, 2}));
  EXPECT_TRUE(entries[1].is_file());
}

TEST(IndexEntries, LinksAndSubmodulesAreNoFiles) {
  const auto entries = parse_index_entries("120000 " + sha1 + " 0\ta\0"s + "160000 " + sha1 + " 0\tb\0"s);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_FALSE(entries[0].is_file());
  EXPECT_FALSE(entries[1].is_file());
}

TEST(IndexEntries, NothingIsNothing) {
  EXPECT_TRUE(parse_index_entries("").empty());
}

TEST(IndexEntries, AnythingElseIsAnError) {
  for (const auto& output :
       {"100644 " + sha1 + " 0\tno end", "100644 " + sha1 + " 4\ta\0"s, "100644 " + sha1 + "\ta\0"s,
        "10x644 " + sha1 + " 0\ta\0"s, "100644 " + sha1.substr(1) + " 0\ta\0"s,
        "100644 "s + std::string(40, 'A') + " 0\ta\0"s, "100644 " + sha1 + " 0 a\0"s, " \0"s})
    EXPECT_THROW(parse_index_entries(output), base::Error) << output;
}

TEST(TreeEntries, AsGitPrintsThem) {
  const auto entries = parse_tree_entries("100644 blob " + sha1 + "\tenvguard.toml\0"s);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0], (Entry{"envguard.toml", 0100644, sha1, 0}));
  EXPECT_THROW(parse_tree_entries("100644 " + sha1 + " 0\tenvguard.toml\0"s), base::Error);
}

TEST(Failure, SaysWhatGitSaid) {
  process::Result result;
  result.exit_code = 128;
  result.err = "fatal: \x1b[31mbad\nhint: more\n";
  const auto error = failure("ls-files", result);
  EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
  EXPECT_EQ(error.message(), "git ls-files ended with 128: fatal: \\x1b[31mbad");
}

}  // namespace
}  // namespace envguard::git
