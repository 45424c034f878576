#include "detect/toolkit.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "RULES: VERSION in FILE", of each toolkit of a tree.
std::vector<std::string> found_in(const std::string& text) {
  const Tree tree(text);
  std::vector<std::string> found;
  for (const auto& toolkit : toolkits(tree.machine))
    found.push_back(tree.plain(toolkit.name + ": " + toolkit.version + " in " + toolkit.origin));
  return found;
}

const std::string json =
    "/version.json --\n{\n  \"cuda\" : {\n    \"name\" : \"CUDA SDK\",\n    \"version\" : \"12.8.1\"\n  },\n"
    "  \"cuda_nvcc\" : {\n    \"name\" : \"CUDA NVCC\",\n    \"version\" : \"12.8.93\"\n  }\n}\n";

TEST(Toolkit, EachFolderOnceByEveryRuleThatLeadsThere) {
  EXPECT_THAT(found_in("set PATH=relative:@/none:@/usr/local/cuda/bin\nset CUDA_HOME=@/usr/local/cuda\n"
                       "set CUDA_PATH=@/opt/cuda\n"
                       "-- usr/local/cuda -> @/usr/local/cuda-12.8 --\n-- usr/local/cuda-12.8/bin/nvcc * --\n"
                       "-- usr/local/cuda-12.8" +
                       json + "-- opt/cuda/version.json --\n{\"cuda\": {\"version\": \"11.8.0\"}}\n"),
              ElementsAre("PATH, CUDA_HOME, /usr/local/cuda, /usr/local/cuda-12.8: 12.8.93 in "
                          "@/usr/local/cuda-12.8/version.json",
                          "CUDA_PATH: 11.8.0 in @/opt/cuda/version.json"));
}

TEST(Toolkit, AFolderWithNeitherCompilerNorVersionIsNone) {
  EXPECT_THAT(found_in(""), IsEmpty());
  EXPECT_THAT(found_in("set CUDA_HOME=@/gone\nset CUDA_PATH=relative\n-- usr/local/cuda-12/lib64/libcudart.so.12 --\n"
                       "-- usr/local/cudnn/version.json --\n{\"cuda\": {\"version\": \"9\"}}\n"),
              IsEmpty());
}

TEST(Toolkit, ACompilerThatDoesNotTellHasNoVersion) {
  EXPECT_THAT(found_in("set PATH=@/usr/bin\n-- usr/bin/nvcc * --\n#!/bin/sh\n"),
              ElementsAre("PATH:  in @/usr/bin/nvcc"));
  EXPECT_THAT(
      found_in("-- usr/local/cuda/bin/nvcc * --\n-- usr/local/cuda/version.json --\n{\"cuda_nvcc\": {\"version\n"),
      ElementsAre("/usr/local/cuda:  in @/usr/local/cuda/bin/nvcc"));
}

}  // namespace
}  // namespace envguard::detect
