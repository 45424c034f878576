#include "detect/otherwise_mapped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::detect {
namespace {

using model::Finding;
using model::Library;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Library> foretold{{"libtorch.so", "/venv/torch/lib/libtorch.so", "a1"},
                                    {"libcudnn.so.9", "/venv/nvidia/lib/libcudnn.so.9", "b1"},
                                    {"libm.so.6", "/lib/libm.so.6", "c1"}};

TEST(OtherwiseMapped, WhatWasForetoldIsNoFinding) {
  EXPECT_THAT(otherwise_mapped(foretold, foretold), IsEmpty());
  EXPECT_THAT(otherwise_mapped(foretold, {}), IsEmpty());  // what is opened late need not be
}

TEST(OtherwiseMapped, AnotherBuildIsAnError) {
  const auto findings = otherwise_mapped(foretold, {{"libcudnn.so.9", "/opt/cuda/lib/libcudnn.so.9", "b2"},
                                                    {"libtorch.so", "/venv/torch/lib/libtorch.so", "a1"}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Finding::Severity::error);
  EXPECT_EQ(findings[0].id, "other-build-mapped");
  EXPECT_THAT(findings[0].what, HasSubstr("libcudnn.so.9"));
  EXPECT_EQ(findings[0].where, "/opt/cuda/lib/libcudnn.so.9");
  // Another major version beside the one that was foretold is one too, and so is a build that does not tell its id.
  EXPECT_EQ(otherwise_mapped(foretold, {{"libcudnn.so.8", "/opt/libcudnn.so.8", "b0"}}).at(0).id, "other-build-mapped");
  EXPECT_EQ(otherwise_mapped({{"libc10.so", "/a/libc10.so", ""}}, {{"libc10.so", "/b/libc10.so", ""}}).at(0).id,
            "other-build-mapped");
}

TEST(OtherwiseMapped, TheSameBuildElsewhereIsAWarning) {
  const auto findings = otherwise_mapped(foretold, {{"libcudnn.so.9", "/opt/cuda/lib/libcudnn.so.9", "b1"}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Finding::Severity::warning);
  EXPECT_EQ(findings[0].id, "mapped-elsewhere");
}

TEST(OtherwiseMapped, ALibraryThatNobodyNamedIsANoteWhereItsFolderIsNew) {
  EXPECT_THAT(otherwise_mapped(foretold, {{"libcufft.so.11", "/venv/nvidia/lib/libcufft.so.11", "d1"}}), IsEmpty());
  const auto findings = otherwise_mapped(foretold, {{"libcufft.so.11", "/opt/plugin/libcufft.so.11", "d1"}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Finding::Severity::note);
  EXPECT_EQ(findings[0].id, "unforeseen-library");
}

TEST(OtherwiseMapped, TheSystemsLibrariesAreNotItsSubject) {
  EXPECT_THAT(otherwise_mapped(foretold, {{"libm.so.6", "/opt/libm.so.6", "c2"}, {"libcuda.so.1", "/usr/lib/x", "e"}}),
              IsEmpty());
}

TEST(OtherwiseMapped, ManyAreCountedAndHostileNamesEscaped) {
  std::vector<Library> mapped;
  for (const char* name : {"libcudnn_a.so.9", "libcudnn_b.so.9", "libcudnn_c.so.9", "libcudnn_\x1b.so.9"})
    mapped.push_back({name, std::filesystem::path("/opt") / name, ""});
  const auto findings = otherwise_mapped(foretold, mapped);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].what, HasSubstr("libcudnn_c.so.9 and 1 more"));
  EXPECT_THAT(findings[0].where, HasSubstr("/opt/libcudnn_\\x1b.so.9"));
}

}  // namespace
}  // namespace envguard::detect
