#include "fixtures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "lockfile/lock.hpp"
#include "lockfile/policy.hpp"

namespace envguard::lockfile {
namespace {

template <class Parse>
void expect_refused(const Refused& fixture, base::ExitCode code, const Parse& parse) {
  SCOPED_TRACE(fixture.path);
  try {
    parse(fixture.text);
    ADD_FAILURE() << "was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_EQ(error.place(), fixture.line.empty() ? "PLACE" : "PLACE:" + fixture.line);
    EXPECT_THAT(error.what(), testing::HasSubstr(fixture.expected));
    EXPECT_FALSE(error.next().empty());
  }
}

TEST(Fixtures, EveryRefusedPolicySaysWhatWhereAndWhatNext) {
  const auto all = refused_fixtures("policies/refused");
  EXPECT_GE(all.size(), 30U);
  for (const auto& fixture : all) {
    expect_refused(fixture, base::ExitCode::usage,
                   [](const std::string& text) { static_cast<void>(parse_policy(text, "PLACE")); });
  }
}

TEST(Fixtures, EveryRefusedLockSaysWhatWhereAndWhatNext) {
  const auto all = refused_fixtures("locks/refused");
  EXPECT_GE(all.size(), 20U);
  for (const auto& fixture : all) {
    expect_refused(fixture, base::ExitCode::lock_unreadable,
                   [](const std::string& text) { static_cast<void>(parse_lock(text, "PLACE")); });
  }
}

}  // namespace
}  // namespace envguard::lockfile
