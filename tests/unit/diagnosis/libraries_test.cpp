#include <algorithm>

#include <gmock/gmock.h>

#include "machines.hpp"

namespace envguard::diagnosis {
namespace {

using model::Observed;
using Severity = model::Finding::Severity;
using testing::HasSubstr;

void volta(Observed& observed) {
  set_gpus(observed, {{"Tesla V100-SXM2-16GB", "7.0"}});
}

std::function<void(Observed&)> cudnn_from(const std::string& origin) {
  return [=](Observed& observed) {
    std::ranges::find(observed.components, "cudnn", &model::Component::name)->origin = origin;
  };
}

TEST(Libraries, TheirFindingsAndTheNearestMachinesWithoutThem) {
  const std::vector<Case> cases{
      {"no-kernel-image", Severity::error, "cubin-compatibility",
       "torch 2.11.0+cu130 has no code for GPU 0, Tesla V100-SXM2-16GB (Volta, compute capability 7.0): it holds sm_75",
       "whl/cu126", volta, [](Observed& o) { set_gpus(o, {{"NVIDIA L4", "8.9"}}); }},
      {"ptx-alone", Severity::note, "cubin-compatibility", "has only PTX for GPU 0, NVIDIA GB10", "# nothing",
       [](Observed& o) {
         set_torch(o, "2.9.1+cu130", "13.0.96", "9.13.0.50", "sm_90 compute_120");
         set_gpus(o, {{"NVIDIA GB10", "12.1"}});
       },
       [](Observed& o) {
         set_torch(o, "2.9.1+cu130", "13.0.96", "9.13.0.50", "sm_90 sm_120 compute_120");
         set_gpus(o, {{"NVIDIA GB10", "12.1"}});
       }},
      {"forced-ptx-is-not-there", Severity::error, "force-ptx-jit", "CUDA_FORCE_PTX_JIT=1 asks for PTX",
       "unset CUDA_FORCE_PTX_JIT", [](Observed& o) { o.knobs = {{"CUDA_FORCE_PTX_JIT", "1"}}; },
       [](Observed& o) { o.knobs = {{"CUDA_FORCE_PTX_JIT", "0"}}; }},
      {"cudnn-of-another-torch", Severity::error, "torch-cudnn",
       "torch 2.3.1+cu121 was built with cuDNN 8.9.2.26, and would load 9.1.0.70, which it refuses: another major",
       "pip install nvidia-cudnn-cu12==8.9.2.26",
       [](Observed& o) { set_torch(o, "2.3.1+cu121", "12.1.105", "9.1.0.70", "sm_90"); },
       [](Observed& o) { set_torch(o, "2.3.1+cu121", "12.1.105", "8.9.2.26", "sm_90"); }},
      {"cudnn-of-another-torch", Severity::warning, "torch-cudnn",
       "9.10.2.21, which it refuses: an older minor version", "pip install nvidia-cudnn-cu13==9.19.0.56",
       [](Observed& o) { set_torch(o, "2.11.0+cu130", "13.0.96", "9.10.2.21", "sm_90"); },
       [](Observed& o) { set_torch(o, "2.11.0+cu130", "13.0.96", "9.26.0.51", "sm_90"); }},
      {"cudnn-without-this-gpu", Severity::error, "cudnn-gpu",
       "cuDNN 9.19.0.56 needs compute capability 7.5 or higher, and does not run on GPU 0, Tesla V100-SXM2-16GB (7.0)",
       "pip install torch",
       [](Observed& o) {
         set_torch(o, "2.10.0+cu128", "12.8.90", "9.19.0.56", "sm_70 sm_90");
         volta(o);
       },
       [](Observed& o) {
         set_torch(o, "2.10.0+cu128", "12.8.90", "9.10.2.21", "sm_70 sm_90");
         volta(o);
       }},
      {"cudnn-of-another-cuda", Severity::error, "cudnn-cuda", "is the build for CUDA 12, and torch 2.11.0+cu130 loads",
       "pip install nvidia-cudnn-cu13==9.19.0.56", cudnn_from("METADATA of nvidia_cudnn_cu12"),
       cudnn_from("METADATA of nvidia_cudnn_cu13")},
      {"cudnn-of-another-cuda", Severity::error, "cudnn-cuda", "cuDNN 9.10.2.21 is not made for CUDA 13",
       "# install the cuDNN", [](Observed& o) { set_torch(o, "2.11.0a0+git1", "13.0.96", "9.10.2.21", "sm_90"); },
       [](Observed& o) { set_torch(o, "2.11.0a0+git1", "12.8.90", "9.10.2.21", "sm_90"); }},
      {"other-nvcc", Severity::note, "nvcc-compiles-extensions", "nvcc 12.8.93 is not of CUDA 13.0",
       "# to compile extensions, use the toolkit of CUDA 13.0",
       [](Observed& o) { o.toolkits = {{"nvcc", "12.8.93", "/usr/local/cuda-12.8/bin/nvcc"}}; },
       [](Observed& o) { o.toolkits = {{"nvcc", "13.0.88", "/usr/local/cuda-13.0/bin/nvcc"}}; }},
      {"image-presets", Severity::note, "image-presets",
       "NVIDIA PyTorch 26.02 presets what moves numerics: TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1.", "# nothing",
       [](Observed& o) {
         o.container.image = "NVIDIA PyTorch 26.02";
         o.container.preset_knobs = {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"};
         o.knobs = {{"CUBLAS_WORKSPACE_CONFIG", ":16:8"}, {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1"}};
       },
       [](Observed& o) {
         o.container.image = "NVIDIA CUDA 13.0.1";
         o.knobs = {{"CUBLAS_WORKSPACE_CONFIG", ":16:8"}};
       }},
      {"linux-driver-in-wsl", Severity::warning, "wsl-driver", "libcuda.so.1 loads from /usr/lib/libcuda.so.1",
       "# remove the Linux driver's packages", [](Observed& o) { o.wsl = true; },
       [](Observed& o) {
         o.wsl = true;
         o.devices->cuda.path = "/usr/lib/wsl/lib/libcuda.so.1";
       }},
      {"wsl", Severity::note, "wsl-driver", "The driver is Windows'", "# nothing",
       [](Observed& o) {
         o.wsl = true;
         o.devices->cuda.path = "/usr/lib/wsl/lib/libcuda.so.1";
       },
       [](Observed&) {}},
  };
  for (const Case& each : cases) expect(each);
}

TEST(Architectures, OfAWheelWhoseFilesDoNotTellAreTheReleases) {
  Observed observed = clean();
  set_torch(observed, "2.11.0+cu130", "13.0.96", "9.19.0.56", "");
  volta(observed);
  EXPECT_THAT(found(observed, "no-kernel-image").what, HasSubstr("sm_120 according to the release's build scripts"));
  set_torch(observed, "2.11.0a0+git1", "13.0.96", "9.19.0.56", "");
  EXPECT_THAT(ids(observed), testing::Not(testing::Contains("no-kernel-image"))) << "nothing is known of this build";
}

TEST(Architectures, PtxOfTheReleaseRunsOnWhatCameAfterIt) {
  Observed observed = clean();
  set_torch(observed, "2.9.1+cu130", "13.0.96", "9.13.0.50", "");
  set_gpus(observed, {{"A GPU to come", "13.0"}});
  EXPECT_THAT(found(observed, "ptx-alone").what,
              HasSubstr("GPU 0, A GPU to come (compute capability 13.0): the driver compiles"));
  set_torch(observed, "2.11.0+cu130", "13.0.96", "9.19.0.56", "");
  EXPECT_THAT(ids(observed), testing::ElementsAre("no-kernel-image"));
}

TEST(Architectures, PtxThatIsThereMayBeForced) {
  Observed observed = clean();
  set_torch(observed, "2.9.1+cu130", "13.0.96", "9.13.0.50", "sm_90 compute_90");
  observed.knobs = {{"CUDA_FORCE_PTX_JIT", "1"}};
  EXPECT_THAT(ids(observed), testing::IsEmpty());
}

TEST(Architectures, PtxThatNoGpuHereRunsIsNone) {
  Observed observed = clean();
  set_torch(observed, "2.9.1+cu130", "13.0.96", "9.13.0.50", "sm_90 compute_120");
  observed.knobs = {{"CUDA_FORCE_PTX_JIT", "1"}};
  set_gpus(observed, {{"NVIDIA GB10", "12.1"}, {"NVIDIA H100 80GB HBM3", "9.0"}});
  EXPECT_THAT(found(observed, "forced-ptx-is-not-there").what,
              HasSubstr("has none for GPU 1, NVIDIA H100 80GB HBM3 ("));
  observed.devices->gpus.clear();
  EXPECT_THAT(ids(observed), testing::Not(testing::Contains("forced-ptx-is-not-there"))) << "nothing is known of GPUs";
  set_torch(observed, "2.11.0+cu130", "13.0.96", "9.19.0.56", "sm_90");
  EXPECT_THAT(found(observed, "forced-ptx-is-not-there").what, HasSubstr("has none (it holds sm_90)"));
}

TEST(Cudnn, PartsOfSeveralVersionsAreOneError) {
  Observed observed = clean();
  const auto part = [](const std::string& name, const std::string& version) {
    return model::CudaLibrary{name, version, "", "/sp/nvidia/cudnn/lib/lib" + name + ".so.9", ""};
  };
  observed.cuda_libraries = {part("cudnn", "9.19.0.56"), part("cudnn_graph", "9.19.0"), part("cudnn_cnn", ""),
                             part("cublas", "13.1.0.3")};
  EXPECT_THAT(ids(observed), testing::IsEmpty());
  observed.cuda_libraries.push_back(part("cudnn_ops", "9.10.2"));
  EXPECT_THAT(ids(observed), testing::ElementsAre("mixed-cudnn"));
  const auto finding = found(observed, "mixed-cudnn");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_THAT(finding.what, HasSubstr("libcudnn_ops.so.9 of 9.10.2, libcudnn.so.9 of 9.19.0."));
  EXPECT_EQ(finding.mend, "pip install --force-reinstall --no-deps nvidia-cudnn-cu13==9.19.0.56");
  observed.findings = {{Severity::error, "stray-cudnn", "", "", ""}};
  EXPECT_THAT(ids(observed), testing::IsEmpty()) << "said by detection";
}

TEST(Cudnn, TheSmallestComputeCapabilityIsServed) {
  Observed observed = clean();
  set_gpus(observed, {{"Tesla T4", "7.5"}});
  EXPECT_THAT(ids(observed), testing::IsEmpty());
}

TEST(Architectures, GpusOfOneKindAreOneFinding) {
  Observed observed = clean();
  set_gpus(observed, {{"Tesla V100", "7.0"}, {"NVIDIA H100", "9.0"}, {"Tesla V100", "7.0"}});
  EXPECT_EQ(std::ranges::count(ids(observed), "no-kernel-image"), 1);
  EXPECT_THAT(found(observed, "no-kernel-image").what, HasSubstr("GPU 0, Tesla V100; GPU 2, Tesla V100 (Volta"));
}

TEST(Architectures, HostileTextIsShownSafely) {
  Observed observed = clean();
  set_gpus(observed, {{"Tesla\x1b[31m", "7.0"}});
  EXPECT_THAT(found(observed, "no-kernel-image").what, HasSubstr("Tesla\\x1b[31m"));
}

TEST(Cudnn, OneFindingForOneCudnn) {
  Observed observed = clean();
  set_torch(observed, "2.11.0+cu130", "13.0.96", "8.9.2.26", "sm_90");
  EXPECT_THAT(ids(observed), testing::ElementsAre("cudnn-of-another-torch"));
}

TEST(Cudnn, OfAnUnknownReleaseNothingIsSaid) {
  Observed observed = clean();
  set_torch(observed, "2.11.0a0+git1", "12.8.90", "9.2.1", "sm_50 sm_90");
  set_gpus(observed, {{"GTX 750 Ti", "5.0"}});
  EXPECT_THAT(ids(observed), testing::IsEmpty());
}

}  // namespace
}  // namespace envguard::diagnosis
