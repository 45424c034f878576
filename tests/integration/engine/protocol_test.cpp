// The engine as a program: its arguments, its first and last lines, what it leaves behind.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/build_id.hpp"
#include "codec/plan.hpp"
#include "recipe/table.hpp"

#include "wheels.hpp"

namespace envguard::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string plan_text(const std::vector<std::string>& probes, std::string_view build = codec::build_id()) {
  return codec::write_plan(test::plan_for(test::wheel("2.11.0"), probes), build);
}

TEST(Arguments, WhatIsNotUnderstoodIsUsage) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"--nonsense"},
                                                    {"--protocol", "1"},
                                                    {"--protocol", "1", "--parent", "x"},
                                                    {"--protocol", "2", "--parent", std::to_string(getpid())},
                                                    {"--devices"},
                                                    {"--devices", "--nvml", "x", "y", "z"}}) {
    const auto answer = test::talk(arguments, "");
    EXPECT_EQ(answer.status, 2) << testing::PrintToString(arguments);
    EXPECT_THAT(answer.printed, HasSubstr("next: envguard-engine --help")) << testing::PrintToString(arguments);
    EXPECT_TRUE(answer.lines.empty());
  }
}

TEST(Arguments, VersionIsTheBuildAndWhatItHasForGpus) {
  const auto answer = test::talk({"--version"}, "");
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.printed,
            "envguard-engine " + std::string(codec::build_id()) + "\n" +
                (recipe::has_embedded_sass() ? "with machine code of nvcc 13.0 for the probes arith.sass_*\n"
                                             : "built without nvcc: without the probes arith.sass_*\n"));
}

TEST(Arguments, AnOrphanDoesNotStart) {
  const auto answer = test::talk({"--protocol", "1", "--parent", "1"}, plan_text({"arith.exp_f64"}));
  EXPECT_EQ(answer.status, 6);
  EXPECT_THAT(answer.printed, HasSubstr("the parent is not process 1"));
  EXPECT_TRUE(answer.lines.empty());
  const auto devices = test::talk({"--devices", "--parent", "1", "--nvml", "/none", "--cuda", "/none"}, "");
  EXPECT_EQ(devices.status, 6);
  EXPECT_THAT(devices.printed, HasSubstr("the parent is not process 1"));
}

TEST(Session, SaysHelloBeforeItReadsAPlan) {
  const auto answer = test::talk(test::spoken(), "rubbish");
  ASSERT_EQ(answer.lines.size(), 1U);
  const auto* hello = answer.find<codec::Hello>();
  ASSERT_NE(hello, nullptr);
  EXPECT_EQ(hello->protocol, codec::protocol_number);
  EXPECT_EQ(hello->build, codec::build_id());
  EXPECT_EQ(answer.status, 6);
}

TEST(Session, APlanOfAnotherBuildIsNotRun) {
  const auto answer = test::talk(test::spoken(), plan_text({"arith.exp_f64"}, "0.0.0-other"));
  EXPECT_EQ(answer.lines.size(), 1U);
  EXPECT_EQ(answer.status, 6);
  EXPECT_THAT(answer.printed, HasSubstr("0.0.0-other"));
  EXPECT_THAT(answer.printed, HasSubstr(codec::build_id()));
}

TEST(Session, EveryLineComesInTheProtocolsOrder) {
  const auto answer = test::talk(test::spoken(), plan_text({"arith.exp_f64", "blas.gemm_f32_16x16x16"}));
  EXPECT_EQ(answer.status, 0) << answer.printed;
  std::string order;
  for (const auto& line : answer.lines) order += "hoNOrbplad"[line.index()];
  // libtorch_global_deps, libtorch and, without CUDA libraries, libtorch_cpu
  EXPECT_EQ(order, "hoooObpbplad");
  const auto* libraries = answer.find<codec::Libraries>();
  ASSERT_NE(libraries, nullptr);
  const auto has = [&](std::string_view name) {
    return std::any_of(libraries->libraries.begin(), libraries->libraries.end(), [&](const model::Library& library) {
      return library.name == name && library.path.is_absolute() && !library.build_id.empty();
    });
  };
  EXPECT_TRUE(has("libc.so.6"));
  EXPECT_TRUE(std::any_of(libraries->versions.begin(), libraries->versions.end(),
                          [](const model::Component& component) { return component.name == "cuda"; }));
}

TEST(Session, SaysWhichVariablesPyTorchAndItsLibrariesAskFor) {
  const auto answer = test::talk(test::spoken(), plan_text({"arith.exp_f64", "blas.gemm_f32_16x16x16"}));
  const auto* asked = answer.find<codec::Asked>();
  ASSERT_NE(asked, nullptr) << answer.printed;
  EXPECT_TRUE(asked->whole);
  EXPECT_TRUE(std::is_sorted(asked->names.begin(), asked->names.end()));
  // PyTorch, oneDNN under each of its prefixes, MKL, its reading of MPI's variables, libgomp, Intel's tracing.
  EXPECT_THAT(asked->names,
              testing::IsSupersetOf({"ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA",
                                     "MKLDNN_MAX_CPU_ISA", "MKL_CBWR", "I_MPI_THREAD_LEVEL",
                                     "OMPI_COMM_WORLD_LOCAL_SIZE", "OMP_NUM_THREADS", "INTEL_LIBITTNOTIFY64"}));
  EXPECT_THAT(asked->names, testing::Not(testing::Contains("HOME")));
}

TEST(Session, NoFileIsLeftWhereItRuns) {
  const fs::path folder = fs::path(testing::TempDir()) / ("session-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const auto answer = test::talk(test::spoken(), plan_text(test::cpu_ladder()), folder);
  EXPECT_NE(answer.find<codec::Done>(), nullptr) << answer.printed;
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace envguard::engine
