// Installs that cannot be opened: each is an answer that names what was looked for.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wheels.hpp"

namespace envguard::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Opening : public testing::Test {
 protected:
  Opening() : folder_(fs::path(testing::TempDir()) / ("opening-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~Opening() override { fs::remove_all(folder_); }

  [[nodiscard]] model::Run run(const fs::path& library, model::Device device = {}) const {
    model::Plan plan = test::plan_for({}, {"arith.exp_f64"});
    plan.install.library = library;
    plan.device = device;
    return test::measure(plan);
  }

  static void expect_not_opened(const model::Run& run, const std::string& what) {
    ASSERT_TRUE(run.fault);
    EXPECT_EQ(run.fault->kind, model::Fault::Kind::not_opened) << run.fault->what;
    EXPECT_THAT(run.fault->what, HasSubstr(what));
    EXPECT_TRUE(run.probes.empty());
  }

  fs::path folder_;
};

TEST_F(Opening, AnEmptyFolderHasNoPyTorch) {
  expect_not_opened(run(folder_), (folder_ / "libtorch.so").string() + " does not exist");
}

TEST_F(Opening, ATextFileIsNoLibrary) {
  std::ofstream(folder_ / "libtorch.so") << std::string(4096, 'x');
  std::ofstream(folder_ / "libtorch_cpu.so") << std::string(4096, 'x');
  expect_not_opened(run(folder_), "invalid ELF header");
}

TEST_F(Opening, ATorchBefore210IsNamedWithWhatIsSupported) {
  const model::Run answer = run(OLD_TORCH);
  expect_not_opened(answer, "PyTorch 2.8 is older than 2.10");
}

TEST_F(Opening, ALibraryOfAnotherKindLacksTheSymbols) {
  fs::create_symlink(test::wheel("2.11.0").library / "libgomp.so.1", folder_ / "libtorch.so");
  expect_not_opened(run(folder_), "has no symbol torch_call_dispatcher");
}

/// On the CPU libtorch_cpu.so is enough; for a GPU nothing is left out.
TEST_F(Opening, AWheelWithoutCudaLibrariesDoesNotServeAGpu) {
  const fs::path library = test::wheel("2.11.0").library;
  EXPECT_TRUE(run(library).whole());
  expect_not_opened(run(library, {model::DeviceKind::cuda, 0}), "cannot open shared object file");
}

/// Waking the GPUs is announced, so that it has its own deadline and a name where it hangs.
TEST_F(Opening, TheDriverIsTheLastThatIsOpened) {
  model::Plan plan = test::plan_for(test::venv_torch(), {"blas.gemm_f32_16x16x16"});
  plan.device = {model::DeviceKind::cuda, 0};
  std::string last;
  runner::Watch watch;
  watch.progress = [&last](const runner::Progress& progress) {
    if (progress.stage == runner::Progress::Stage::opening) last = progress.name;
  };
  const model::Run run = test::measure(plan, watch);
  EXPECT_EQ(last, "libcuda.so.1") << (run.fault ? run.fault->what : "");
}

/// Python would refuse this install, so that a CPU answer from what is left of it is none.
TEST_F(Opening, ADamagedCudaLibraryIsNotAMissingOne) {
  for (const auto& entry : fs::directory_iterator(test::wheel("2.11.0").library)) {
    if (entry.path().filename() == "libtorch_cuda.so") continue;
    fs::create_symlink(entry.path(), folder_ / entry.path().filename());
  }
  std::ofstream(folder_ / "libtorch_cuda.so") << "cut off";
  expect_not_opened(run(folder_), (folder_ / "libtorch_cuda.so").string() + ": file too short");
  fs::remove(folder_ / "libtorch_cuda.so");
  EXPECT_TRUE(run(folder_).whole()) << "without it libtorch_cpu.so serves";
}

}  // namespace
}  // namespace envguard::engine
