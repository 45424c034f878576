#include "compare/remedy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::compare {
namespace {

using model::Difference;
using testing::ElementsAre;

Difference knob(std::string name, std::string locked, std::string here) {
  return {Difference::Kind::knob, std::move(name), std::move(locked), std::move(here), {}, {}};
}

Difference version(std::string name, std::string locked, std::string here) {
  return {Difference::Kind::version, std::move(name), std::move(locked), std::move(here), {}, {}};
}

TEST(Undo, UnsetsAndSetsKnobsBack) {
  EXPECT_THAT(undo({knob("MKL_CBWR", "not set", "AVX2"), knob("OMP_DYNAMIC", "not set", "1"),
                    knob("ATEN_CPU_CAPABILITY", "avx2", "not set"),
                    knob("PYTORCH_CUDA_ALLOC_CONF", "roundup_power2_divisions:[256:1]", "not set")},
                   "13.0"),
              ElementsAre("unset MKL_CBWR OMP_DYNAMIC",
                          "export ATEN_CPU_CAPABILITY=avx2 "
                          "PYTORCH_CUDA_ALLOC_CONF='roundup_power2_divisions:[256:1]'"));
}

TEST(Undo, SaysInWordsWhatNoValueSets) {
  EXPECT_THAT(undo({knob("LD_PRELOAD", "libjemalloc.so.2@1a2b", "not set")}, ""),
              ElementsAre("# set LD_PRELOAD so that it names libjemalloc.so.2@1a2b again"));
  EXPECT_THAT(undo({knob("MKL_CBWR", "xxh3:00112233445566778899aabbccddeeff", "AVX2")}, ""),
              ElementsAre("# set MKL_CBWR to its locked value again; the lock holds only the hash of it"));
  EXPECT_THAT(undo({knob("MKL_THREADING_LAYER", "TBB", "not set")}, ""),
              ElementsAre("# MKL_THREADING_LAYER was TBB when it was locked; set it yourself, if you trust this lock"));
}

Difference setting(std::string name, std::string locked, std::string here) {
  return {Difference::Kind::setting, std::move(name), std::move(locked), std::move(here), {}, {}};
}

/// Values that a lock of a stranger may try, if its reader ever let them through.
const std::vector<std::string>& hostile() {
  static const std::vector<std::string> all{"$(touch x)", "`touch x`", "a;b", "a b", "a\nb", "/checkout/data.bin"};
  return all;
}

TEST(Undo, NoCommandSetsWhatNoExperimentMaySet) {
  for (const auto& value : hostile()) {
    for (const auto* name : {"LD_AUDIT", "LD_PRELOAD", "MKL_CBWR", "OMP_NUM_THREADS", "PATH"})
      EXPECT_THAT(undo({knob(name, value, "not set")}, ""), ElementsAre(testing::StartsWith("# "))) << name << value;
    EXPECT_THAT(undo({setting("threads", value, "8")}, ""), ElementsAre(testing::StartsWith("# PyTorch starts")));
  }
  EXPECT_THAT(undo({setting("threads", "4", "8")}, ""), ElementsAre("export OMP_NUM_THREADS=4"));
}

TEST(Undo, InstallsNoPackageThatOnlyALockOrAPolicyNames) {
  EXPECT_THAT(undo({version("evil-package", "1.0", "not found")}, ""),
              ElementsAre("# evil-package 1.0 is what was locked; not found is here"));
  auto wanted = version("evil-package", "not found", "not found");
  wanted.rule = ">=2";
  EXPECT_THAT(undo({wanted}, ""), ElementsAre("# install a evil-package in >=2, which the policy asks for"));
}

TEST(Undo, QuotesWhatAShellWouldTouch) {
  for (const auto& value : hostile()) {
    const auto steps = undo({version("numpy", value, "2.0")}, "");
    if (value == "/checkout/data.bin") continue;  // no character of it is special
    EXPECT_THAT(steps, ElementsAre("pip install 'numpy==" + value + "'")) << value;
  }
  EXPECT_THAT(undo({version("torch", "1!2.11.0", "2.15.0")}, ""), ElementsAre("pip install 'torch==1!2.11.0'"));
}

TEST(Undo, TorchComesFromTheIndexOfItsBuildAndBringsItsLibraries) {
  EXPECT_THAT(undo({version("torch", "2.11.0+cu130", "2.15.0+cu132"), version("cudnn", "9.19.0.56", "9.26.0"),
                    version("torch-git", "a", "b"), version("triton", "3.6.0", "3.8.0")},
                   "13.0"),
              ElementsAre("pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu130"));
  EXPECT_THAT(undo({version("torch", "2.11.0", "2.15.0")}, ""), ElementsAre("pip install torch==2.11.0"));
  EXPECT_THAT(undo({version("torch", "2.11.0+cpu", "2.15.0")}, ""),
              ElementsAre("pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cpu"));
}

TEST(Undo, ABuildThatNoIndexHoldsIsNamedInWords) {
  for (const auto* own : {"2.11.0a0+nv25.06", "2.11.0+gitabcdef", "2.12.0.dev20260101+cu130"}) {
    EXPECT_THAT(undo({version("torch", own, "2.15.0")}, "13.0"), ElementsAre(testing::StartsWith("# torch")));
  }
}

TEST(Undo, LibrariesOfTheirOwnHaveTheNamesOfTheirCuda) {
  const std::vector<Difference> all{version("cudnn", "9.19.0.56", "9.26.0"), version("cublas", "13.1.0.3", "13.4"),
                                    version("nvrtc", "13.0.88", "13.2")};
  EXPECT_THAT(
      undo(all, "13.0"),
      ElementsAre("pip install nvidia-cudnn-cu13==9.19.0.56 nvidia-cublas==13.1.0.3 nvidia-cuda-nvrtc==13.0.88"));
  EXPECT_THAT(undo({all[0], all[1]}, "12.8"),
              ElementsAre("pip install nvidia-cudnn-cu12==9.19.0.56 nvidia-cublas-cu12==13.1.0.3"));
  EXPECT_THAT(undo({all[0]}, ""), ElementsAre("# cudnn 9.19.0.56 is what was locked; 9.26.0 is here"));
}

TEST(Undo, OtherDistributionsAreInstalledOrRemoved) {
  EXPECT_THAT(undo({version("numpy", "2.3.1", "2.4.0"), version("flash-attn", "not found", "2.8.0")}, ""),
              ElementsAre("pip install numpy==2.3.1", "pip uninstall flash-attn"));
  EXPECT_THAT(undo({version("glibc", "2.36", "2.39")}, ""),
              ElementsAre("# glibc 2.36 is what was locked; 2.39 is here"));
  Difference broken = version("python", "3.11.2", "3.11.2");
  broken.rule = "==3.12.*";
  EXPECT_THAT(undo({broken}, ""), ElementsAre("# install a python in ==3.12.*, which the policy asks for"));
}

Difference ruled(std::string name, std::string locked, std::string here, std::string rule) {
  auto difference = version(std::move(name), std::move(locked), std::move(here));
  difference.rule = std::move(rule);
  return difference;
}

TEST(Undo, ALockedVersionThatThePolicyForbidsIsNeverProposed) {
  EXPECT_THAT(undo({ruled("torch", "2.11.0+cu130", "2.11.0+cu130", ">=2.12")}, "13.0"),
              ElementsAre("pip install 'torch>=2.12'"));
  EXPECT_THAT(
      undo({ruled("numpy", "1.26.4", "1.26.4", ">=2,<3"), ruled("flash-attn", "not found", "not found", ">=2")}, ""),
      ElementsAre("pip install 'numpy>=2,<3'", "# install a flash-attn in >=2, which the policy asks for"));
  EXPECT_THAT(undo({ruled("cudnn", "9.19.0.56", "9.19.0.56", ">=9.20")}, "13.0"),
              ElementsAre("pip install 'nvidia-cudnn-cu13>=9.20'"));
  EXPECT_THAT(undo({ruled("torch", "2.11.0+cu130", "2.11.0+cu130", "===2.12.0+cu130")}, "13.0"),
              ElementsAre("# install a torch in ===2.12.0+cu130, which the policy asks for"));
  EXPECT_THAT(undo({ruled("driver", "570.1", "570.1", ">=580")}, ""),
              ElementsAre("# install a driver in >=580, which the policy asks for"));
}

TEST(Undo, WhereTheLockBreaksThePolicyAndThisMachineDoesNotThereIsNoCommand) {
  EXPECT_THAT(undo({ruled("torch", "2.11.0+cu130", "2.13.0+cu130", ">=2.12")}, "13.0"),
              ElementsAre("# torch 2.11.0+cu130 is what was locked, and the policy asks for >=2.12; 2.13.0+cu130 is "
                          "here"));
}

TEST(Undo, ALockedVersionThatThePolicyAllowsComesBack) {
  EXPECT_THAT(undo({ruled("torch", "2.12.0+cu130", "2.11.0+cu130", ">=2.12")}, "13.0"),
              ElementsAre("pip install torch==2.12.0 --index-url https://download.pytorch.org/whl/cu130"));
}

TEST(Undo, ALibraryOfNvidiaIsRemovedByItsDistribution) {
  EXPECT_THAT(undo({version("glibc", "not found", "2.39")}, ""),
              ElementsAre("# no glibc was there when it was locked; 2.39 is here"));
  EXPECT_THAT(undo({version("nvrtc", "not found", "13.0.88")}, "13.0"), ElementsAre("pip uninstall nvidia-cuda-nvrtc"));
}

TEST(Accept, NamesWhatTheCommandCouldNotGuess) {
  model::Observed cpu_only;
  model::Observed with_gpu;
  with_gpu.gpu = model::GpuKey{};
  const model::Device cpu;
  const model::Device second{model::DeviceKind::cuda, 1};
  EXPECT_EQ(accept("default", "cpu", cpu, cpu_only, true), "envguard lock --target cpu");
  EXPECT_EQ(accept("train", "cpu", cpu, with_gpu, false),
            "envguard lock --environment train --target cpu --device cpu --reason \"…\"");
  EXPECT_EQ(accept("train", "h200", second, with_gpu, true),
            "envguard lock --environment train --target h200 --device cuda:1");
  EXPECT_EQ(accept("a b", "x", cpu, cpu_only, true), "envguard lock --environment 'a b' --target x");
}

}  // namespace
}  // namespace envguard::compare
