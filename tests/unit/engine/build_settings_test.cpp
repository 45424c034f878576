#include "engine/torch/build_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::engine::torch {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// As torch 2.15.0 answers, shortened.
std::string config(const std::string& capability, const std::string& flags) {
  return "PyTorch built with:\n"
         "  - GCC 13.3\n"
         "  - C++ Version: 202002\n"
         "  - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for Intel(R) 64 architecture "
         "applications\n"
         "  - Intel(R) MKL-DNN v3.13.3 (Git Hash b38f97eb6f2173513112f15a0481750b8a66e901)\n"
         "  - CPU capability usage: " +
         capability + "\n  - Build settings: BLAS_INFO=mkl, BUILD_TYPE=Release, CXX_FLAGS=" + flags + ", \n";
}

TEST(BuildSettings, NameTheLibrariesThatWereLinkedIn) {
  EXPECT_THAT(build_settings(config("AVX2", "-O2")), ElementsAre(Pair("mkl", "2024.2"), Pair("onednn", "3.13.3"),
                                                                 Pair("blas", "mkl"), Pair("show-config", testing::_)));
}

TEST(BuildSettings, AreTheBuildsAndNotTheMachines) {
  EXPECT_EQ(build_settings(config("AVX2", "-O2")), build_settings(config("DEFAULT", "-O2")));
  EXPECT_NE(build_settings(config("AVX2", "-O2")), build_settings(config("AVX2", "-O3")));
}

TEST(BuildSettings, OfATextWithoutThemAreNone) {
  EXPECT_THAT(build_settings(""), ElementsAre());
  EXPECT_THAT(build_settings("PyTorch built with:\n"), ElementsAre());
}

}  // namespace
}  // namespace envguard::engine::torch
