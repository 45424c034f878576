#include "manifest/surroundings.hpp"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipe/knobs.hpp"

namespace envguard::manifest {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Pair;

TEST(VariableLines, FamiliesAndNoOthers) {
  const auto names = [](const model::EnvironmentMap& environment) {
    std::vector<std::string> found;
    for (const auto& [name, value] : variable_lines(environment)) found.push_back(name);
    return found;
  };
  EXPECT_THAT(
      names({{"ATEN_CPU_CAPABILITY", "avx2"}, {"MKL_CBWR", ""}, {"TERM", "xterm"}, {"GIT_DIR", "x"}, {"PATH", "/b"}}),
      ::testing::ElementsAre("ATEN_CPU_CAPABILITY", "MKL_CBWR", "PATH"));
  EXPECT_TRUE(names({{"AT_SPI_BUS_ADDRESS", "x"}, {"XDG_SESSION_ID", "3"}, {"CONDA_PROMPT_MODIFIER", "x"}}).empty());
}

TEST(VariableLines, EveryKnobOfTheRecipeCounts) {
  for (const auto& knob : recipe::knobs()) {
    std::string name(knob.name);
    if (name.ends_with('*')) name.back() = 'X';  // a prefix
    EXPECT_EQ(variable_lines({{name, "1"}}).size(), 1U) << name;
  }
}

TEST(VariableLines, ValuesCountButAreNotKept) {
  const auto lines = variable_lines({{"LD_PRELOAD", "secret"}});
  EXPECT_EQ(lines[0].second.find("secret"), std::string::npos);
  EXPECT_NE(lines, variable_lines({{"LD_PRELOAD", "other"}}));
  EXPECT_NE(variable_lines({{"LD_PRELOAD", ""}}), variable_lines({}));
}

TEST(VariableLines, GitsOwnFolderInPathDoesNotCount) {
  const auto by_hand = variable_lines({{"PATH", "/venv/bin:/usr/bin"}});
  EXPECT_EQ(variable_lines({{"PATH", "/usr/lib/git-core:/venv/bin:/usr/bin"}}), by_hand);
  EXPECT_NE(variable_lines({{"PATH", "/usr/bin:/venv/bin"}}), by_hand);
}

TEST(CacheFolder, AsTheXdgSpecificationSays) {
  EXPECT_EQ(cache_folder({{"HOME", "/home/u"}}, "/nonexistent"), "/home/u/.cache/envguard");
  EXPECT_EQ(cache_folder({{"HOME", "/home/u"}, {"XDG_CACHE_HOME", "/c"}}, "/nonexistent"), "/c/envguard");
  EXPECT_EQ(cache_folder({{"HOME", "/home/u"}, {"XDG_CACHE_HOME", "relative"}}, "/nonexistent"),
            "/home/u/.cache/envguard");
  EXPECT_EQ(cache_folder({}, "/nonexistent"), "");
}

TEST(CacheFolder, ARepositorysOwnFolderHoldsNoVerdicts) {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "envguard-cache-XXXXXX").string();
  const fs::path folder = fs::canonical(::mkdtemp(pattern.data()));
  const auto top = folder / "repository";
  fs::create_directories(top / ".git");
  fs::create_directories(top / "part/.cache");
  fs::create_directory_symlink(top / "part", folder / "link");
  const auto cache = [&](const fs::path& xdg, const fs::path& home) {
    return cache_folder({{"HOME", home.string()}, {"XDG_CACHE_HOME", xdg.string()}}, top / "part");
  };
  const auto own = folder / "home/.cache/envguard";
  EXPECT_EQ(cache(top / ".cache", folder / "home"), own);
  EXPECT_EQ(cache(folder / "link/.cache", folder / "home"), own);
  EXPECT_EQ(cache(folder / "elsewhere", folder / "home"), folder / "elsewhere/envguard");
  EXPECT_EQ(cache(top / ".cache", top), "");
  fs::remove_all(folder);
}

class MachineLines : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "envguard-machine-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    machine.proc = folder / "proc";
    machine.sys = folder / "sys";
    machine.dev = folder / "dev";
  }
  void TearDown() override { fs::remove_all(folder); }
  void put(const fs::path& path, const std::string& text) {
    fs::create_directories((folder / path).parent_path());
    std::ofstream(folder / path) << text;
  }
  fs::path folder;
  model::Machine machine;
};

TEST_F(MachineLines, AnEmptyMachineHasNone) {
  EXPECT_TRUE(machine_lines(machine).empty());
}

TEST_F(MachineLines, OfTheFirstProcessorOnly) {
  put("proc/cpuinfo", "model\t\t: 97\nstepping\t: 2\ncpu MHz\t\t: 3000.1\n\nmodel\t\t: 98\nmicrocode\t: 0x9\n");
  EXPECT_THAT(machine_lines(machine), ::testing::ElementsAre(Pair("cpu model", "97"), Pair("cpu stepping", "2")));
}

TEST_F(MachineLines, WhatTheProcessMayDo) {
  const auto free = process_lines(machine);
  EXPECT_THAT(free, Contains(Pair("affinity", ::testing::Not(::testing::IsEmpty()))));
  put("proc/self/status", "Name:\tx\nSeccomp:\t2\n");
  put("proc/self/attr/current", "snap.code.code (enforce)\n");
  const auto bound = process_lines(machine);
  EXPECT_THAT(bound, Contains(Pair("seccomp", "2")));
  EXPECT_THAT(bound, Contains(Pair("security label", "snap.code.code (enforce)")));
  put("proc/self/status", "Name:\tx\nSeccomp:\t0\n");
  EXPECT_THAT(process_lines(machine), ::testing::Not(Contains(Pair("seccomp", ::testing::_))));
}

TEST_F(MachineLines, DriverAndCards) {
  put("proc/driver/nvidia/version", "NVRM version: 580.65.06\nGCC version: 12\n");
  put("proc/driver/nvidia/params", "A: 1\n");
  put("sys/module/nvidia/srcversion", "ABC\n");
  put("proc/driver/nvidia/gpus/0000:3b:00.0/information", "Model: \t\t NVIDIA H200\nGPU UUID: \t GPU-1\n");
  put("proc/driver/nvidia/gpus/0000:af:00.0/information", "Model: \t\t NVIDIA H200\nGPU UUID: \t GPU-????\n");
  const auto lines = machine_lines(machine);
  EXPECT_THAT(lines, Contains(Pair("driver", "NVRM version: 580.65.06")));
  EXPECT_THAT(lines, Contains(Pair("gpu 0000:3b:00.0 GPU UUID", "GPU-1")));
  EXPECT_THAT(lines, Contains(Pair("gpu 0000:af:00.0 Model", "NVIDIA H200")));
  EXPECT_THAT(lines, Contains(Pair("gpu 0000:af:00.0 GPU UUID", not_told)));
  EXPECT_THAT(lines, Contains(Pair("gpu 0000:af:00.0 Video BIOS", not_told)));
  EXPECT_THAT(lines, Contains(Pair("driver source", "ABC")));
  const auto differs_with = [&](const char* path, const char* text, const char* before) {
    put(path, text);
    const bool differs = machine_lines(machine) != lines;
    put(path, before);
    EXPECT_EQ(machine_lines(machine), lines);
    return differs;
  };
  EXPECT_TRUE(differs_with("proc/driver/nvidia/params", "A: 2\n", "A: 1\n"));
  EXPECT_TRUE(differs_with("sys/module/nvidia/srcversion", "ABD\n", "ABC\n"));
  constexpr auto card = "proc/driver/nvidia/gpus/0000:3b:00.0/information";
  constexpr auto as_it_was = "Model: \t\t NVIDIA H200\nGPU UUID: \t GPU-1\n";
  EXPECT_TRUE(differs_with(card, "Model: \t\t NVIDIA H200\nGPU UUID: \t GPU-2\n", as_it_was));
  EXPECT_TRUE(differs_with(card, "Model: \t\t NVIDIA H200\nGPU UUID: \t GPU-1\nVideo BIOS: \t 96\n", as_it_was));
}

TEST_F(MachineLines, GpusAndMigInstancesThatThisProcessMayUse) {
  put("proc/driver/nvidia/version", "NVRM version: 580.65.06\n");
  for (const auto* file : {"dev/nvidia0", "dev/nvidia12", "dev/nvidiactl", "dev/nvidia-uvm"}) put(file, "");
  const auto one = machine_lines(machine);
  EXPECT_THAT(one, Contains(Pair("usable gpus", "nvidia0 nvidia12")));
  put("dev/nvidia3", "");
  EXPECT_THAT(machine_lines(machine), Contains(Pair("usable gpus", "nvidia0 nvidia12 nvidia3")));
  const auto whole = machine_lines(machine);
  put("proc/driver/nvidia/capabilities/gpu0/mig/gi1/ci0/access", "");
  const auto divided = machine_lines(machine);
  EXPECT_NE(divided, whole);
  put("proc/driver/nvidia/capabilities/gpu0/mig/gi2/ci0/access", "");
  EXPECT_NE(machine_lines(machine), divided);
}

}  // namespace
}  // namespace envguard::manifest
