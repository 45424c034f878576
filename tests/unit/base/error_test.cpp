#include "base/error.hpp"

#include <gtest/gtest.h>

namespace envguard::base {
namespace {

TEST(Error, SaysPlaceCauseAndNextStep) {
  auto error = Error(ExitCode::usage, "unknown key \"fail\"", "did you mean \"fail-on\"?").at("line 3");
  error.at("envguard.toml");
  EXPECT_STREQ(error.what(), "envguard.toml: line 3: unknown key \"fail\"\n  next: did you mean \"fail-on\"?");
  error.next_if_none("something else");
  EXPECT_EQ(error.next(), "did you mean \"fail-on\"?");
}

TEST(ExitCode, WhatWasProvenOutranksWhatCouldNotBeJudged) {
  // 2 8 7 1 3 5 6 4 0
  const ExitCode order[] = {ExitCode::usage,
                            ExitCode::numeric_drift,
                            ExitCode::unstable,
                            ExitCode::version_drift,
                            ExitCode::lock_unreadable,
                            ExitCode::untrusted,
                            ExitCode::could_not_measure,
                            ExitCode::not_judged,
                            ExitCode::match};
  for (std::size_t i = 0; i < std::size(order); ++i) {
    for (std::size_t j = i; j < std::size(order); ++j) {
      EXPECT_EQ(first_of(order[i], order[j]), order[i]);
      EXPECT_EQ(first_of(order[j], order[i]), order[i]);
    }
  }
}

TEST(ExitCode, EveryCodeHasANameOfItsOwn) {
  for (const auto& row : exit_codes()) {
    EXPECT_EQ(name(row.code), row.name);
    EXPECT_FALSE(row.meaning.empty());
  }
  EXPECT_EQ(static_cast<int>(ExitCode::numeric_drift), 8);
  EXPECT_EQ(static_cast<int>(ExitCode::interrupted), 130);
}

}  // namespace
}  // namespace envguard::base
