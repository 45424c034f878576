#include "version/specifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

#include "version_generators.hpp"

namespace envguard::version {
namespace {

struct SpecifierCase {
  std::string specifier;
  std::vector<std::string> inside, outside;
};

TEST(SpecifierSet, ContainsWhatThePepSays) {
  const std::vector<SpecifierCase> cases{
      {"==2.11.0", {"2.11", "2.11.0+cu130"}, {"2.11.1", "2.11.0rc1", "2.11.0.post1"}},
      {"==2.11.0+cu130", {"2.11.0+cu130", "2.11.0+CU130"}, {"2.11.0", "2.11.0+cu128"}},
      {"==2.11.*", {"2.11", "2.11.9", "2.11.0rc1", "2.11.0.dev1", "2.11.0+cu130"}, {"2.12", "2.1", "2.110", "1!2.11"}},
      {"==3.12.*", {"3.12.4"}, {"3.13.0"}},
      {"!=2.11.*", {"2.12", "2.10"}, {"2.11.3", "2.11.0+cpu"}},
      {"!=2.11.0", {"2.11.1"}, {"2.11.0+cu130"}},
      {"~=2.11", {"2.11", "2.12", "2.99.1"}, {"3.0", "2.10", "2.11rc1", "3.0.dev1"}},
      {"~=2.11.1", {"2.11.1", "2.11.9"}, {"2.12", "2.11.0"}},
      {"~=2.2.post3", {"2.2.post3", "2.3"}, {"2.2", "3"}},
      {"<2.11", {"2.10.9"}, {"2.11", "2.11rc1", "2.11.dev1", "2.11+cu130"}},
      {"<2.11rc2", {"2.11rc1", "2.11.dev1"}, {"2.11rc2"}},
      {"<=2.11", {"2.11", "2.11+cu130", "2.11rc1"}, {"2.11.post1", "2.11.1"}},
      {">2.11", {"2.11.1", "2.12.dev1"}, {"2.11", "2.11.post1", "2.11+cu130", "2.11.0"}},
      {">2.11.post1", {"2.11.post2"}, {"2.11.post1", "2.11.post1+x", "2.11"}},
      {">=2.11", {"2.11", "2.11+cu130", "2.11.post1", "2.12.0a0+1f0c2d7a"}, {"2.11rc1", "2.10"}},
      {"===2.11.0+CU130", {"2.11.0+cu130"}, {"2.11.0", "2.11+cu130"}},
      {" >= 2.10 , <3, != 2.12.0 ,", {"2.10", "2.12.1"}, {"2.12.0", "3.0", "3.0rc1"}},
  };
  for (const auto& [text, inside, outside] : cases) {
    const auto set = SpecifierSet::parse(text);
    for (const auto& version : inside)
      EXPECT_TRUE(set.contains(Pep440::parse(version).value())) << version << " " << text;
    for (const auto& version : outside)
      EXPECT_FALSE(set.contains(Pep440::parse(version).value())) << version << " " << text;
  }
}

TEST(SpecifierSet, NamesWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"2.11.0", "it has no operator; \"==2.11.0\" asks for this version"},
      {"=>2.11", "it begins with none of"},
      {"", "it is empty"},
      {" , ", "it is empty"},
      {">=", "it has no version"},
      {">=x", "\"x\" is not a version of PEP 440"},
      {">=2.11.*", "only == and != take \".*\""},
      {"==2.11rc1.*", "\".*\" follows a plain release"},
      {"==2.11+cu130.*", "\".*\" follows a plain release"},
      {">=2.11+cu130", "only ==, != and === take a local part"},
      {"~=2", "~= takes at least two numbers, as in ~=2.0"},
      {"=== a b", "a version holds no blank"},
      {">=2.11,<\x1b[31m", "\\x1b"},
  };
  for (const auto& [text, expected] : cases) {
    try {
      static_cast<void>(SpecifierSet::parse(text));
      ADD_FAILURE() << text << " was accepted";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::usage);
      EXPECT_THAT(error.message(), testing::HasSubstr(expected)) << text;
      EXPECT_THAT(error.next(), testing::HasSubstr("\"locked\", \"any\""));
    }
  }
}

RC_GTEST_PROP(SpecifierSet, NeverBothHoldsAndFails, ()) {
  const Pep440 a = *generate_version();
  const Pep440 b = *generate_version();
  const auto holds = [&](std::string_view op) {
    return SpecifierSet::parse(std::string(op) + b.public_version().text()).contains(a);
  };
  RC_ASSERT(holds("==") != holds("!="));
  RC_ASSERT(!(holds("<") && holds(">")));
  RC_ASSERT(holds("<=") == (holds("==") || a.public_version() < b.public_version()));
}

}  // namespace
}  // namespace envguard::version
