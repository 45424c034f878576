#include "recipe/recorded.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "recipe/profile.hpp"

namespace envguard::recipe {
namespace {

TEST(Recorded, AVersionIsOfAPackageAndHasAVersionsCharacters) {
  for (const auto& [name, version] : {std::pair<std::string, std::string>("torch", "2.15.0+cu132"),
                                      {"torch-git", "1f0c2d7a"},
                                      {"numpy", "2.3.1"},
                                      {"kernel", "6.1.0-18-amd64"},
                                      {"flash-attn-3", "1!3.0.0b1"},
                                      {"python", "3.13.0rc1"}})
    EXPECT_TRUE(version_may_be_recorded(name, version)) << name;
  for (const std::string& name : std::vector<std::string>{"", "-", "a-", "-r", "a--b", "A", "a b", "a;b", "$(x)", "a/b",
                                                          "git+https", "a.b", std::string(129, 'a')})
    EXPECT_FALSE(version_may_be_recorded(name, "1")) << name;
  for (const std::string& version :
       std::vector<std::string>{"", "1 2", "1;x", "$(x)", "`x`", "1\n", "@https", "1/2", "'", std::string(129, '1')})
    EXPECT_FALSE(version_may_be_recorded("numpy", version)) << version;
}

TEST(Recorded, ABuildFactIsShortAndShows) {
  EXPECT_TRUE(build_may_be_recorded("cuda-architectures", "sm_80 sm_90 compute_120"));
  EXPECT_TRUE(build_may_be_recorded("show-config", "00112233445566778899aabbccddeeff"));
  EXPECT_FALSE(build_may_be_recorded("Cuda", "13.0"));
  EXPECT_FALSE(build_may_be_recorded("cuda", "13\n0"));
  EXPECT_FALSE(build_may_be_recorded("cuda", std::string(513, '1')));
}

TEST(Recorded, ACacheIsASize) {
  EXPECT_TRUE(cache_may_be_recorded("l1d", "32 KiB"));
  EXPECT_FALSE(cache_may_be_recorded("l1d", "32\x1bKiB"));
  EXPECT_FALSE(cache_may_be_recorded("L1", "32 KiB"));
  EXPECT_FALSE(cache_may_be_recorded("l1d", std::string(33, '1')));
}

TEST(Recorded, ASettingIsOneOfPyTorchs) {
  for (const auto& [flag, value] : settings(model::Profile::strict).flags) {
    for (const auto* read : {"true", "false", "unreadable"}) EXPECT_TRUE(setting_may_be_recorded(flag, read)) << flag;
    EXPECT_FALSE(setting_may_be_recorded(flag, "")) << flag;
    EXPECT_FALSE(setting_may_be_recorded(flag, "True")) << flag;
    EXPECT_TRUE(setting_may_be_set(flag, "false")) << flag;
    EXPECT_FALSE(setting_may_be_set(flag, "unreadable")) << flag;
  }
  EXPECT_TRUE(setting_may_be_recorded("sdpa_default_f32_causal", "flash"));
  EXPECT_FALSE(setting_may_be_recorded("sdpa_default_f32", "flash;x"));
  EXPECT_FALSE(setting_may_be_set("sdpa_default_f32", "flash")) << "PyTorch chooses it";
  for (const auto* name : {"", "x", "Threads", "tf32-cublas ", "sdpa_default;x"}) {
    EXPECT_FALSE(setting_may_be_recorded(name, "true")) << name;
    EXPECT_FALSE(setting_may_be_set(name, "true")) << name;
  }
}

TEST(Recorded, ThreadsAreAWholeNumber) {
  for (const auto* count : {"1", "8", "1024"}) {
    EXPECT_TRUE(setting_may_be_recorded("threads", count)) << count;
    EXPECT_TRUE(setting_may_be_set("threads", count)) << count;
  }
  EXPECT_TRUE(setting_may_be_recorded("threads", "2304")) << "a large machine";
  EXPECT_FALSE(setting_may_be_set("threads", "2304")) << "a lock starts no thousands of threads here";
  for (const auto* count : {"", "0", "-1", "+1", " 1", "1 ", "1;x", "$(x)", "1.5", "1000000", "99999999999999999999"}) {
    EXPECT_FALSE(setting_may_be_recorded("threads", count)) << count;
    EXPECT_FALSE(setting_may_be_set("threads", count)) << count;
  }
}

}  // namespace
}  // namespace envguard::recipe
