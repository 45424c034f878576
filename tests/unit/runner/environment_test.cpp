#include "runner/environment.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "recipe/profile.hpp"
#include "runner/plan.hpp"

namespace envguard::runner {
namespace {

model::Plan plan(model::Device device) {
  return make_plan({}, device, model::Profile::strict, {"a.b"}, {});
}

std::map<std::string, std::string> origins(const process::Environment& environment) {
  std::map<std::string, std::string> result;
  for (const auto& variable : environment.origins) result[variable.name] = variable.origin;
  return result;
}

TEST(EngineEnvironment, TheProfileWinsOverTheCallerAndTheStepOverTheProfile) {
  runner::Setup setup;
  setup.caller = {{"OMP_NUM_THREADS", "8"}, {"MKL_NUM_THREADS", "8"}, {"MKL_CBWR", "AVX2"}, {"ENVGUARD_TORCH", "/x"}};
  const auto environment = engine_environment(setup, plan({}), {{"MKL_NUM_THREADS", "2"}});
  EXPECT_EQ(environment.variables.at("OMP_NUM_THREADS"), "1");
  EXPECT_EQ(environment.variables.at("MKL_NUM_THREADS"), "2");
  EXPECT_EQ(environment.variables.at("MKL_CBWR"), "AVX2");
  EXPECT_FALSE(environment.variables.contains("ENVGUARD_TORCH"));
  EXPECT_FALSE(environment.variables.contains("CUDA_CACHE_PATH"));
  auto from = origins(environment);
  EXPECT_EQ(from["OMP_NUM_THREADS"], "profile strict");
  EXPECT_EQ(from["MKL_NUM_THREADS"], "step");
  EXPECT_EQ(from["MKL_CBWR"], "caller");
  EXPECT_EQ(from["ENVGUARD_TORCH"], "kept from children");
  for (const auto& [name, value] : recipe::settings(model::Profile::strict).variables) {
    EXPECT_TRUE(environment.variables.contains(name)) << name;
  }
}

TEST(EngineEnvironment, RelativeLibraryFoldersAreTheCallers) {
  runner::Setup setup;
  setup.directory = "/home/me";
  const auto seen = [&](const std::string& name, const std::string& value) {
    setup.caller = {{name, value}};
    const auto environment = engine_environment(setup, plan({}), {});
    EXPECT_EQ(origins(environment)[name], "caller");
    return environment.variables.at(name);
  };
  EXPECT_EQ(seen("LD_LIBRARY_PATH", "lib:/opt/lib;../lib"), "/home/me/lib:/opt/lib;/home/me/../lib");
  EXPECT_EQ(seen("LD_LIBRARY_PATH", "/opt/lib:"), "/opt/lib:/home/me");
  EXPECT_EQ(seen("LD_LIBRARY_PATH", ":a::"), "/home/me:/home/me/a:/home/me:/home/me");
  EXPECT_EQ(seen("LD_LIBRARY_PATH", "$ORIGIN/lib:${ORIGIN}:$LIB"), "$ORIGIN/lib:${ORIGIN}:/home/me/$LIB");
  EXPECT_EQ(seen("LD_LIBRARY_PATH", ""), "");
  EXPECT_EQ(seen("LD_PRELOAD", "libjemalloc.so.2 ./lib/a.so:/opt/b.so "),
            "libjemalloc.so.2 /home/me/./lib/a.so:/opt/b.so ");
  setup.directory.clear();
  EXPECT_EQ(seen("LD_LIBRARY_PATH", "lib:"), "lib:");
}

TEST(EngineEnvironment, OneGpuIsMadeVisibleAndIsThenTheFirst) {
  runner::Setup setup;
  setup.caller = {{"CUDA_VISIBLE_DEVICES", "3,4"}};
  setup.gpu_uuids = {{0, "GPU-3"}, {1, "GPU-4"}, {3, ""}};
  setup.cache = "/cache";
  const auto second = plan({model::DeviceKind::cuda, 1});
  const auto environment = engine_environment(setup, second, {});
  EXPECT_EQ(environment.variables.at("CUDA_VISIBLE_DEVICES"), "GPU-4");
  EXPECT_EQ(environment.variables.at("CUDA_CACHE_PATH"), "/cache/cuda");
  EXPECT_EQ(environment.variables.at("PYTORCH_KERNEL_CACHE_PATH"), "/cache/kernels");
  EXPECT_EQ(origins(environment)["CUDA_VISIBLE_DEVICES"], "device");
  EXPECT_EQ(as_seen_by_engine(setup, second).device.index, 0);

  const auto unknown = plan({model::DeviceKind::cuda, 2});
  EXPECT_EQ(engine_environment(setup, unknown, {}).variables.at("CUDA_VISIBLE_DEVICES"), "3,4");
  EXPECT_EQ(as_seen_by_engine(setup, unknown).device.index, 2);

  const auto nameless = plan({model::DeviceKind::cuda, 3});
  EXPECT_EQ(engine_environment(setup, nameless, {}).variables.at("CUDA_VISIBLE_DEVICES"), "3,4")
      << "an empty list would hide every GPU";
  EXPECT_EQ(as_seen_by_engine(setup, nameless).device.index, 3);
}

TEST(EngineEnvironment, OnAGpuKernelsAreLoadedAsTheyAreNeeded) {
  runner::Setup setup;
  setup.caller = {{"CUDA_MODULE_LOADING", "EAGER"}};
  for (const auto profile : {model::Profile::strict, model::Profile::as_is}) {
    const auto on_gpu = make_plan({}, {model::DeviceKind::cuda, 0}, profile, {"a.b"}, {});
    const auto environment = engine_environment(setup, on_gpu, {});
    EXPECT_EQ(environment.variables.at("CUDA_MODULE_LOADING"), "LAZY");
    EXPECT_EQ(origins(environment)["CUDA_MODULE_LOADING"], "device");
  }
  EXPECT_EQ(engine_environment(setup, plan({}), {}).variables.at("CUDA_MODULE_LOADING"), "EAGER");
}

TEST(EngineEnvironment, AStepSetsAndRemovesOnlyWhatAnExperimentMay) {
  const runner::Setup setup;
  for (const auto& [name, value] : Variables{{"LD_AUDIT", "/checkout/data.bin"},
                                             {"LD_PRELOAD", "data.bin"},
                                             {"PATH", "/checkout"},
                                             {"MKL_CBWR", "/checkout/data.bin"},
                                             {"MKL_CBWR", ""},
                                             {"PYTORCH_TUNABLEOP_FILENAME", "x.csv"},
                                             {"GLIBC_TUNABLES", "glibc.cpu.hwcaps=glibc.cpu.hwcaps=A"},
                                             {"PATH", std::nullopt},
                                             {"CUDA_VISIBLE_DEVICES", std::nullopt}}) {
    try {
      static_cast<void>(engine_environment(setup, plan({}), {{name, value}}));
      ADD_FAILURE() << name;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::could_not_measure) << name;
      EXPECT_NE(std::string(error.what()).find("the variable " + name), std::string::npos) << error.what();
      EXPECT_FALSE(error.next().empty());
    }
  }
  EXPECT_NO_THROW(static_cast<void>(engine_environment(setup, plan({}), {{"LD_PRELOAD", std::nullopt}})));
}

TEST(EngineEnvironment, WhatTheUserTypedIsFreeAndWinsOverTheProfile) {
  runner::Setup setup;
  setup.caller = {{"KINETO_CONFIG", "/etc/other"}};
  setup.typed = {{"KINETO_CONFIG", "/home/me/kineto.conf"}, {"OMP_NUM_THREADS", "4"}};
  const auto environment = engine_environment(setup, plan({}), {});
  EXPECT_EQ(environment.variables.at("KINETO_CONFIG"), "/home/me/kineto.conf");
  EXPECT_EQ(environment.variables.at("OMP_NUM_THREADS"), "4");
  EXPECT_EQ(origins(environment)["OMP_NUM_THREADS"], "--knob");
}

TEST(Set, TakesOnlySettingsThatAnEngineCanHave) {
  auto changed = plan({});
  set(changed, "threads", "4");
  EXPECT_EQ(changed.threads, 4);
  set(changed, "tf32-cublas", "true");
  EXPECT_NE(std::ranges::find(changed.flags, std::pair<std::string, std::string>("tf32-cublas", "true")),
            changed.flags.end());
  const auto before = changed;
  for (const auto& [name, value] : {std::pair<std::string, std::string>("threads", "0"),
                                    {"threads", "4;x"},
                                    {"tf32-cublas", "maybe"},
                                    {"library", "/x"}}) {
    EXPECT_THROW(set(changed, name, value), base::Error) << name;
  }
  EXPECT_EQ(changed.flags, before.flags);
  EXPECT_EQ(changed.threads, before.threads);
}

TEST(MakePlan, TakesThreadsAndFlagsFromTheProfile) {
  const auto made = plan({});
  EXPECT_EQ(made.threads, 1);
  EXPECT_EQ(made.flags, recipe::settings(model::Profile::strict).flags);
  EXPECT_FALSE(made.flags.empty());
}

}  // namespace
}  // namespace envguard::runner
