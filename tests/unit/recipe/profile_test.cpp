#include "recipe/profile.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipe/knobs.hpp"

namespace envguard::recipe {
namespace {

using model::Profile;

TEST(StrictProfile, SetsOneThreadAndAWorkspaceBeforeTheLibrariesLoad) {
  EXPECT_THAT(
      settings(Profile::strict).variables,
      testing::ElementsAre(testing::Pair("OMP_NUM_THREADS", "1"), testing::Pair("OMP_DYNAMIC", "FALSE"),
                           testing::Pair("OPENBLAS_NUM_THREADS", "1"), testing::Pair("MKL_NUM_THREADS", "1"),
                           testing::Pair("MKL_DYNAMIC", "FALSE"), testing::Pair("CUBLAS_WORKSPACE_CONFIG", ":4096:8")));
  EXPECT_EQ(settings(Profile::strict).threads, 1);
}

TEST(StrictProfile, FlagsAreBooleansAndNoneIsSetTwice) {
  std::set<std::string> names;
  for (const auto& [name, value] : settings(Profile::strict).flags) {
    EXPECT_TRUE(value == "true" || value == "false") << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_THAT(names,
              testing::IsSupersetOf({"deterministic-algorithms", "deterministic-mkldnn", "tf32-cudnn", "sdp-math"}));
}

TEST(StrictProfile, OverridesWhatItReplacesAndNothingElse) {
  EXPECT_TRUE(overridden(Profile::strict, "MKL_NUM_THREADS"));
  EXPECT_TRUE(overridden(Profile::strict, "CUBLAS_WORKSPACE_CONFIG"));
  EXPECT_TRUE(overridden(Profile::strict, "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"));
  EXPECT_FALSE(overridden(Profile::strict, "NVIDIA_TF32_OVERRIDE"));  // the driver's libraries obey it over any flag
  EXPECT_FALSE(overridden(Profile::strict, "ONEDNN_MAX_CPU_ISA"));
  EXPECT_FALSE(overridden(Profile::strict, "MKL_CBWR"));
}

TEST(Knobs, EveryVariableThatStrictSetsIsRecorded) {
  for (const auto& [name, value] : settings(Profile::strict).variables) EXPECT_TRUE(is_knob(name)) << name;
}

}  // namespace
}  // namespace envguard::recipe
