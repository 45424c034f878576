#include "knowledge/rules.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace envguard::knowledge {
namespace {

/// Every id in a call of cite("…") in the sources.
std::set<std::string> cited() {
  std::set<std::string> ids;
  const std::regex call("cite\\(\\s*\"([^\"]+)\"");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ENVGUARD_SOURCE_FOLDER)) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match)
      ids.insert((*match)[1]);
  }
  return ids;
}

TEST(Rules, WhatTheCodeCitesAndWhatTheFileHoldsAreTheSame) {
  std::set<std::string> held;
  for (const Rule& rule : rules()) EXPECT_TRUE(held.emplace(rule.id).second) << "twice: " << rule.id;
  EXPECT_EQ(cited(), held);
}

TEST(Rules, AreCitedWithTheirSource) {
  const auto finding = cite("cuda-driver-floor", {{}, "driver-too-old", "what", "where", "mend"});
  EXPECT_EQ(finding.rule, "cuda-driver-floor");
  EXPECT_EQ(finding.source, rule("cuda-driver-floor")->source.text);
  EXPECT_NE(finding.source.find("docs.nvidia.com/deploy/cuda-compatibility"), std::string::npos);
  EXPECT_EQ(finding.id, "driver-too-old");
  EXPECT_EQ(rule("no-such-rule"), nullptr);
  EXPECT_THROW(static_cast<void>(cite("no-such-rule", {})), std::logic_error);
}

}  // namespace
}  // namespace envguard::knowledge
