#include "version/pep440.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "version_generators.hpp"

namespace envguard::version {
namespace {

Pep440 version(std::string_view text) {
  return Pep440::parse(text).value();
}

TEST(Pep440, OrdersAsThePepDoes) {
  // PEP 440, "Summary of permitted suffixes and relative ordering", and real versions of torch between.
  const std::vector<std::string> ascending{"1.0.dev1",
                                           "1.0a1.dev1",
                                           "1.0a1",
                                           "1.0a2.dev456",
                                           "1.0a12",
                                           "1.0b1.dev456",
                                           "1.0b2",
                                           "1.0b2.post345.dev456",
                                           "1.0b2.post345",
                                           "1.0rc1.dev456",
                                           "1.0rc1",
                                           "1.0",
                                           "1.0+abc.5",
                                           "1.0+abc.7",
                                           "1.0+5",
                                           "1.0.post456.dev34",
                                           "1.0.post456",
                                           "1.1.dev1",
                                           "2.11.0.dev20260101+cu130",
                                           "2.11.0",
                                           "2.11.0+cpu",
                                           "2.11.0+cu130",
                                           "2.11.0+cu130.with.pypi.cudnn",
                                           "2.15.0+cu132",
                                           "1!0.1"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(version(ascending[i]) <=> version(ascending[j]), i <=> j) << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(Pep440, KnowsSpellingsOfOneVersion) {
  for (const auto& [spelling, normal] :
       std::vector<std::pair<std::string, std::string>>{{"v1.0", "1.0"},
                                                        {" 1.0\n", "1.0"},
                                                        {"1.0-ALPHA.1", "1.0a1"},
                                                        {"1.0.Preview_2", "1.0rc2"},
                                                        {"1.0c", "1.0rc0"},
                                                        {"1.0-1", "1.0.post1"},
                                                        {"1.0rev", "1.0.post0"},
                                                        {"1.0DEV", "1.0.dev0"},
                                                        {"00!01.002", "1.2"},
                                                        {"1.0+CU-130_x.007", "1.0+cu.130.x.7"},
                                                        {"2.8.0a0+5228986c39.nv25.5", "2.8.0a0+5228986c39.nv25.5"}}) {
    const auto parsed = Pep440::parse(spelling);
    ASSERT_TRUE(parsed) << spelling;
    EXPECT_EQ(parsed->text(), normal);
  }
  EXPECT_EQ(version("1.0"), version("1.0.0.0"));
  EXPECT_NE(version("1.0"), version("1.0+cu130"));
}

TEST(Pep440, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "v", "1.", ".1", "1.0+", "1.0+cu130.", "1.0+cu..1", "1.0 1", "1!", "!1.0", "1.0a1a2", "1.0.dev1.post1",
        "1.0+cu_", "2.11.*", "1f0c2d7a9be0b8f54b1d37d0f4c7a88d0f4cbe21", "\xE2\x91\xA0.0"}) {
    EXPECT_FALSE(Pep440::parse(text)) << text;
  }
}

TEST(Pep440, ComparesNumbersOfAnyLength) {
  EXPECT_LT(version("1.0+99999999999999999999998"), version("1.0+99999999999999999999999"));
  EXPECT_LT(version("1.9"), version("1.99999999999999999999999"));
  EXPECT_EQ(version("1.00000000000000000000000001"), version("1.1"));
}

RC_GTEST_PROP(Pep440, ReadsBackItsNormalForm, ()) {
  const Pep440 a = *generate_version();
  RC_ASSERT(version(a.text()).text() == a.text());
  RC_ASSERT(version(a.text()) == a);
}

RC_GTEST_PROP(Pep440, IsATotalOrder, ()) {
  const auto all = *rc::gen::container<std::vector<Pep440>>(3, generate_version());
  const auto& [a, b, c] = std::tie(all[0], all[1], all[2]);
  RC_ASSERT((a < b) + (a == b) + (a > b) == 1);
  RC_ASSERT((a < b) == (b > a));
  if (a <= b && b <= c) RC_ASSERT(a <= c);
  if (a == b) RC_ASSERT((a <=> c) == (b <=> c));
}

}  // namespace
}  // namespace envguard::version
