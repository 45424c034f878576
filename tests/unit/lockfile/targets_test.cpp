#include "lockfile/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace envguard::lockfile {
namespace {

const model::Key h200 = model::GpuKey{"NVIDIA H200", "9.0", 132};
const model::Key zen4 = model::CpuKey{"AuthenticAMD", 25, 97, "avx512-bf16"};

model::Target gpu(std::string name, std::vector<std::pair<std::string, std::string>> key) {
  return {std::move(name), model::DeviceKind::cuda, std::move(key), false};
}

TEST(Targets, FitWhereEveryNamedFieldIsEqual) {
  EXPECT_TRUE(fits(gpu("h200", {{"gpu", "NVIDIA H200"}}), h200));
  EXPECT_TRUE(fits(gpu("h200", {{"gpu", "NVIDIA H200"}, {"sm-count", "132"}}), h200));
  EXPECT_FALSE(fits(gpu("h200", {{"gpu", "NVIDIA H200"}, {"sm-count", "114"}}), h200));
  EXPECT_FALSE(fits(gpu("h100", {{"gpu", "NVIDIA H100"}}), h200));
  EXPECT_FALSE(fits(gpu("any", {}), zen4));
  EXPECT_TRUE(fits(model::Target{"cpu", model::DeviceKind::cpu, {}, false}, zen4));
  EXPECT_FALSE(fits(model::Target{"cpu", model::DeviceKind::cpu, {{"isa", "amx"}}, false}, zen4));
}

TEST(Targets, AMigInstanceIsNoWholeGpu) {
  const model::Key instance = model::GpuKey{"NVIDIA H200", "9.0", 16, "1g.18gb"};
  EXPECT_FALSE(fits(gpu("h200", {{"gpu", "NVIDIA H200"}}), instance));
  EXPECT_TRUE(fits(gpu("slice", {{"gpu", "NVIDIA H200"}, {"mig-profile", "1g.18gb"}}), instance));
  EXPECT_FALSE(fits(gpu("slice", {{"mig-profile", "2g.35gb"}}), instance));
  EXPECT_FALSE(fits(gpu("slice", {{"mig-profile", "1g.18gb"}}), h200));
}

TEST(Targets, OneIsChosen) {
  const std::vector<model::Target> targets{gpu("h100", {{"gpu", "NVIDIA H100"}}),
                                           gpu("h200", {{"gpu", "NVIDIA H200"}})};
  EXPECT_EQ(fits(targets, h200)->name, "h200");
  EXPECT_FALSE(fits(targets, zen4));
  EXPECT_FALSE(fits(std::vector<model::Target>{}, h200));
}

TEST(Targets, TwoThatFitAreAnError) {
  const std::vector<model::Target> targets{gpu("hopper", {{"compute-capability", "9.0"}}),
                                           gpu("h200", {{"gpu", "NVIDIA H200"}})};
  try {
    static_cast<void>(fits(targets, h200));
    ADD_FAILURE() << "one was chosen";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::usage);
    EXPECT_THAT(error.message(),
                testing::HasSubstr("targets \"hopper\" and \"h200\" of the policy both fit NVIDIA H200"));
  }
}

}  // namespace
}  // namespace envguard::lockfile
