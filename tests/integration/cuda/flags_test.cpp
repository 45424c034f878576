// Flags that hold for one unit, on a real PyTorch.
#include "engine/probes/flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/torch/open.hpp"
#include "model/run.hpp"

#include "wheels.hpp"

namespace envguard::engine::probes {
namespace {

SharedLibrary opened() {
  model::Plan plan;
  plan.install.root = test::site_packages("2.11.0") / "torch";
  plan.install.library = plan.install.root / "lib";
  return torch::open_libtorch(plan, [](const auto&) {});
}

class Flags : public testing::Test {
 protected:
  [[nodiscard]] bool is_set(const char* flag) const { return torch.context().get(flag).value(); }
  torch::Torch torch{opened(), [] { return std::string(); }};
};

TEST_F(Flags, HoldWhileTheyAreInForceAndArePutBack) {
  ASSERT_TRUE(torch.context().set("tf32-cublas", false));
  ASSERT_TRUE(torch.context().set("tf32-cudnn", true));
  {
    const FlagsInForce flags(torch, {{"tf32-cublas", true}, {"tf32-cudnn", false}});
    EXPECT_TRUE(is_set("tf32-cublas"));
    EXPECT_FALSE(is_set("tf32-cudnn"));
  }
  EXPECT_FALSE(is_set("tf32-cublas"));
  EXPECT_TRUE(is_set("tf32-cudnn"));
}

TEST_F(Flags, OneThatPyTorchDoesNotHaveIsUnsupportedAndLeavesNothingBehind) {
  ASSERT_TRUE(torch.context().set("tf32-cublas", false));
  try {
    const FlagsInForce flags(torch, {{"tf32-cublas", true}, {"of-tomorrow", true}});
    FAIL() << "nothing was refused";
  } catch (const torch::Refusal& refusal) {
    EXPECT_EQ(refusal.reason(), torch::Refusal::Reason::unsupported);
    EXPECT_STREQ(refusal.what(), "this PyTorch has no switch of-tomorrow");
  }
  EXPECT_FALSE(is_set("tf32-cublas"));
}

}  // namespace
}  // namespace envguard::engine::probes
