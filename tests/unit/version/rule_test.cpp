#include "version/rule.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace envguard::version {
namespace {

struct RuleCase {
  std::string rule, component, locked, here;
  Answer answer;
};

TEST(Rule, JudgesAComponent) {
  using enum Answer;
  const std::vector<RuleCase> cases{
      {"locked", "torch", "2.11.0+cu130", "2.11.0+cu130", same},
      {"locked", "torch", "2.11.0+cu130", "2.11.0", violates},
      {"locked", "cudnn", "9.10", "9.10.0", same},
      {"locked", "torch-git", "1f0c2d7a", "1f0c2d7a", same},
      {"locked", "torch-git", "1f0c2d7a", "2a0c2d7a", violates},
      {"locked", "driver", "580.65.06", "580.65.6", same},
      {"locked", "nccl", "2.27.3", "", violates},
      {"locked", "nccl", "", "2.27.3", violates},
      {"locked", "nccl", "", "", same},
      {"any", "numpy", "2.1.0", "2.2.0", differs_allowed},
      {"any", "numpy", "2.1.0", "", differs_allowed},
      {"any", "numpy", "2.1.0", "2.1", same},
      {">=580", "driver", "580.65.06", "590.44.01", differs_allowed},
      {">=580", "driver", "580.65.06", "580.65.06", same},
      {">=580", "driver", "580.65.06", "570.10.01", violates},
      {">=580", "driver", "580.65.06", "580-open", violates},
      {">=580", "driver", "", "", violates},
      {">=580", "driver", "580.65.06", "", violates},
      {"==3.12.*", "python", "3.13.1", "3.13.1", violates},
  };
  for (const auto& [rule, component, locked, here, answer] : cases) {
    EXPECT_EQ(judge(Rule::parse(rule), component, locked, here), answer) << rule << " " << locked << " " << here;
  }
}

TEST(Rule, RefusesOtherWords) {
  for (const auto* text : {"lock", "Locked", "", "2.11", "latest", "any, >=2"}) {
    EXPECT_THROW(static_cast<void>(Rule::parse(text)), base::Error) << text;
  }
}

}  // namespace
}  // namespace envguard::version
