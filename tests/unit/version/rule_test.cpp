#include "version/rule.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace envguard::version {
namespace {

struct RuleCase {
  std::string rule, component, locked, here;
  Answer answer;
  std::string why;
};

TEST(Rule, JudgesAComponent) {
  using enum Answer;
  const std::vector<RuleCase> cases{
      {"locked", "torch", "2.11.0+cu130", "2.11.0+cu130", same, ""},
      {"locked", "torch", "2.11.0+cu130", "2.11.0", violates, "2.11.0 is not the locked 2.11.0+cu130"},
      {"locked", "cudnn", "9.10", "9.10.0", same, ""},
      {"locked", "torch-git", "1f0c2d7a", "1f0c2d7a", same, ""},
      {"locked", "torch-git", "1f0c2d7a", "2a0c2d7a", violates, "2a0c2d7a is not the locked 1f0c2d7a"},
      {"locked", "driver", "580.65.06", "580.65.6", same, ""},
      {"locked", "nccl", "2.27.3", "", violates, "none here, the lock has 2.27.3"},
      {"locked", "nccl", "", "2.27.3", violates, "2.27.3 is here, the lock has none"},
      {"locked", "nccl", "", "", same, ""},
      {"any", "numpy", "2.1.0", "2.2.0", differs_allowed, ""},
      {"any", "numpy", "2.1.0", "", differs_allowed, ""},
      {"any", "numpy", "2.1.0", "2.1", same, ""},
      {">=580", "driver", "580.65.06", "590.44.01", differs_allowed, ""},
      {">=580", "driver", "580.65.06", "580.65.06", same, ""},
      {">=580", "driver", "580.65.06", "570.10.01", violates, "570.10.01 is not in >=580"},
      {">=580", "driver", "580.65.06", "580-open", violates, "580-open is no version that >=580 can be asked of"},
      {">=580", "driver", "", "", violates, "none here, and >=580 asks for one"},
      {">=580", "driver", "580.65.06", "", violates, "none here, the lock has 580.65.06"},
      {"==3.12.*", "python", "3.13.1", "3.13.1", violates, "3.13.1 is not in ==3.12.*"},
  };
  for (const auto& [rule, component, locked, here, answer, reason] : cases) {
    EXPECT_EQ(judge(Rule::parse(rule), component, locked, here), answer) << rule << " " << locked << " " << here;
    EXPECT_EQ(why(Rule::parse(rule), component, locked, here), reason);
  }
}

TEST(Rule, RefusesOtherWords) {
  for (const auto* text : {"lock", "Locked", "", "2.11", "latest", "any, >=2"}) {
    EXPECT_THROW(static_cast<void>(Rule::parse(text)), base::Error) << text;
  }
}

}  // namespace
}  // namespace envguard::version
