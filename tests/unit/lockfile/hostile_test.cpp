// What toml++ 3.3 survives badly, and what is too large: refused before it is parsed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "lockfile/lock.hpp"
#include "lockfile/policy.hpp"

#include "sample_lock.hpp"

namespace envguard::lockfile {
namespace {

std::string policy_refusal(const std::string& text) {
  try {
    static_cast<void>(parse_policy(text, "P"));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    return error.what();
  }
  return "";
}

std::string lock_refusal(const std::string& text) {
  try {
    static_cast<void>(parse_lock(text, "L"));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
    return error.what();
  }
  return "";
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += part;
  return result;
}

using testing::HasSubstr;

TEST(Hostile, DottedSegmentsThatOverflowTheStack) {
  EXPECT_THAT(policy_refusal("[a" + repeated(".a", 50000) + "]\n"),
              HasSubstr("P:1: more than 64 dotted names on one line"));
  EXPECT_THAT(lock_refusal("\n[a" + repeated(".a", 50000) + "]\n"), HasSubstr("L:2: more than 64 dotted names"));
  EXPECT_THAT(policy_refusal("a" + repeated(" . \"a\"", 65) + " = 1\n"), HasSubstr("more than 64 dotted names"));
  EXPECT_THAT(policy_refusal("x = \"" + repeated("a.", 100) + "\"\n"), HasSubstr("is not a key"))
      << "dots in a string are no segments";
}

TEST(Hostile, NestingOfArraysTimesSegments) {
  const std::string level = "{ a" + repeated(".a", 64) + " = [\n";
  EXPECT_THAT(policy_refusal("x = [\n" + repeated(level, 60)), HasSubstr("is not TOML"));
  EXPECT_THAT(policy_refusal("x = [\n" + repeated(level, 30) + repeated("] }\n", 30) + "]\n"),
              HasSubstr("x is not a key"));
  EXPECT_THAT(policy_refusal("x = " + repeated("[", 10000)), HasSubstr("is not TOML"));
}

TEST(Hostile, QuotesAreNoHelpForALockThatIsDamaged) {
  try {
    static_cast<void>(parse_lock("\x7f\x45\xe2\x82\xac", "L"));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.next(), HasSubstr("restore it with git"));
  }
  try {
    static_cast<void>(parse_lock("gpu \xe2\x82\xac", "L"));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.next(), HasSubstr("restore it with git"));
  }
  EXPECT_THAT(policy_refusal("root = \xe2\x82\xac"), HasSubstr("outside quotes"));
}

TEST(Hostile, BytesThatReachUndefinedBehaviour) {
  EXPECT_THAT(policy_refusal(std::string("\xEF\xBB\xAF\0", 4)),
              HasSubstr("P:1: a character that is not ASCII stands outside quotes"));
  EXPECT_THAT(policy_refusal("[!a\n"), HasSubstr("P:1: is not TOML"));
  EXPECT_THAT(policy_refusal("[!a"), HasSubstr("is not TOML"));
  EXPECT_THAT(policy_refusal(std::string("a = \"\0\"", 7)), HasSubstr("the control character 0x00"));
  EXPECT_THAT(policy_refusal("a = 1\rb = 2"), HasSubstr("the control character 0x0d"));
  EXPECT_THAT(policy_refusal("# \x7f"), HasSubstr("the control character 0x7f"));
  for (const auto* bytes : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xf8\x88\x80\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_THAT(policy_refusal(std::string("# ") + bytes), HasSubstr("bytes that are not UTF-8"))
        << testing::PrintToString(bytes);
}

TEST(Hostile, Sizes) {
  EXPECT_THAT(policy_refusal(std::string((1U << 20U) + 1, '\n')),
              HasSubstr("1048577 bytes, and at most 1024 KiB are read"));
  EXPECT_THAT(lock_refusal(std::string(100U << 20U, 'a')), HasSubstr("104857600 bytes, and at most 4096 KiB are read"));
  EXPECT_THAT(lock_refusal(std::string(100U << 20U, ' ')), HasSubstr("L: "));
  EXPECT_THAT(policy_refusal("\n# " + std::string(16U << 10U, 'x')), HasSubstr("P:2: a line above 16 KiB"));
  EXPECT_EQ(policy_refusal(repeated("# " + std::string(1000, 'x') + "\n", 1000)), "");
}

TEST(Hostile, LocksThatAreNone) {
  EXPECT_THAT(lock_refusal(""), HasSubstr("L: is empty"));
  EXPECT_THAT(lock_refusal(" \n\t\n"), HasSubstr("L: is empty"));
  EXPECT_THAT(lock_refusal(std::string("\x7f"
                                       "ELF\x02\x01\x01\0\0",
                                       9)),
              HasSubstr("L:1: the control character 0x7f"));
  EXPECT_THAT(lock_refusal(sample_pair().evidence), HasSubstr("L:"));
}

TEST(Hostile, EveryTruncationOfALock) {
  const std::string whole = write_lock(sample_pair().lock);
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    ASSERT_NE(lock_refusal(whole.substr(0, size)), "") << size << " bytes of " << whole.size() << " were accepted";
  }
}

TEST(Hostile, WhatIsShownIsEscaped) {
  EXPECT_THAT(policy_refusal("\"a\\u001b[31m\" = 1\n"), HasSubstr("a\\x1b[31m is not a key"));
  EXPECT_THAT(policy_refusal("[environments.\"\\u202e\"]\n"), HasSubstr("\\u{202e}"));
  EXPECT_THAT(policy_refusal("[versions]\ntorch = \"\\u001b\"\n"), HasSubstr("\\x1b"));
}

}  // namespace
}  // namespace envguard::lockfile
