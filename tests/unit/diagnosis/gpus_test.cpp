#include <gmock/gmock.h>

#include "machines.hpp"

namespace envguard::diagnosis {
namespace {

using model::DriverAnswer;
using model::Gpu;
using model::HiddenGpu;
using model::Observed;
using Severity = model::Finding::Severity;
using testing::HasSubstr;

std::function<void(Observed&)> first(const std::function<void(Gpu&)>& change) {
  return [=](Observed& observed) { change(observed.devices->gpus.front()); };
}

void hide_all(Observed& observed) {
  for (const Gpu& gpu : observed.devices->gpus)
    observed.devices->hidden.push_back({gpu.uuid, gpu.key.gpu, gpu.pci_id, {}});
  fail_cuda(observed, DriverAnswer::no_device, "cuInit: no CUDA-capable device is detected");
}

void hide_last(Observed& observed) {
  const Gpu gpu = observed.devices->gpus.back();
  observed.devices->gpus.pop_back();
  observed.devices->hidden.push_back({gpu.uuid, gpu.key.gpu, gpu.pci_id, {}});
}

TEST(Gpus, TheirFindingsAndTheNearestMachinesWithoutThem) {
  const std::vector<Case> cases{
      {"gpu-names-differ", Severity::note, "nvml-names", "GPU 0, NVIDIA H100 80GB HBM3 is \"NVIDIA H200\" to NVML",
       "LD_PRELOAD", first([](Gpu& gpu) { gpu.nvml_name = "NVIDIA H200"; }),
       first([](Gpu& gpu) { gpu.nvml_name.clear(); })},
      {"ecc-errors", Severity::warning, "ecc-uncorrected", "has had 1 uncorrectable ECC error since the driver",
       "nvidia-smi -q -d ECC", first([](Gpu& gpu) { gpu.ecc_errors->uncorrected = 1; }),
       first([](Gpu& gpu) { gpu.ecc_errors->corrected = 5; })},
      {"ecc-errors-in-the-past", Severity::note, "ecc-uncorrected", "has had 3 uncorrectable ECC errors in its life",
       "ROW_REMAPPER", first([](Gpu& gpu) { gpu.ecc_errors->lifetime_uncorrected = 3; }), first([](Gpu& gpu) {
         gpu.ecc_errors->lifetime_uncorrected = 3;
         gpu.ecc_errors->uncorrected = 1;
       })},
      {"compute-mode-prohibited", Severity::error, "compute-mode", "\"prohibited\"",
       "sudo nvidia-smi -i 00000000:0B:00.0 -c DEFAULT", first([](Gpu& gpu) { gpu.compute_mode = "prohibited"; }),
       first([](Gpu& gpu) { gpu.compute_mode = "exclusive-process"; })},
      {"fabric-not-ready", Severity::warning, "system-not-ready", "has not joined the NVLink fabric (in-progress)",
       "nvidia-fabricmanager", first([](Gpu& gpu) { gpu.fabric = "in-progress"; }),
       first([](Gpu& gpu) { gpu.fabric = "not-supported"; })},
      {"fabric-not-ready", Severity::warning, "system-not-ready", "has not joined the NVLink fabric (failed)",
       "nvidia-fabricmanager", first([](Gpu& gpu) { gpu.fabric = "failed"; }),
       first([](Gpu& gpu) { gpu.fabric.clear(); })},
      {"vgpu", Severity::note, "vgpu-licence", "is a vGPU", "licen",
       first([](Gpu& gpu) { gpu.virtualization = "vgpu"; }),
       first([](Gpu& gpu) { gpu.virtualization = "passthrough"; })},
      {"mig-without-instance", Severity::warning, "mig-instance", "is in MIG mode and has no instance", "-mig 0",
       first([](Gpu& gpu) { gpu.mig = true; }), first([](Gpu& gpu) {
         gpu.mig = true;
         gpu.key.mig_profile = "1g.10gb";
       })},
      {"mig-without-instance", Severity::error, "mig-instance", "torch.cuda.is_available() is false", "mig -lgip",
       [](Observed& o) {
         hide_all(o);
         for (HiddenGpu& gpu : o.devices->hidden) gpu.mig = true;
         o.devices->hidden.pop_back();
       },
       hide_all},
      {"hidden-gpus", Severity::note, "cuda-visible-devices",
       "1 GPU that NVML lists is not visible to CUDA in this process: CUDA_VISIBLE_DEVICES=0.", "# nothing",
       [](Observed& o) {
         hide_last(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", "0"}};
       },
       [](Observed& o) { o.knobs = {{"CUDA_VISIBLE_DEVICES", "0,1"}}; }},
      {"visible-devices", Severity::warning, "cuda-visible-devices",
       "CUDA_VISIBLE_DEVICES=0,7: \"7\" is no GPU here, or is named twice (2 GPUs here), so CUDA shows 1 GPU.",
       "unset CUDA_VISIBLE_DEVICES",
       [](Observed& o) {
         hide_last(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", "0,7"}};
       },
       [](Observed& o) { o.knobs = {{"CUDA_VISIBLE_DEVICES", "GPU-0, GPU-1"}}; }},
      {"no-visible-device", Severity::warning, "cuda-visible-devices",
       "CUDA_VISIBLE_DEVICES=-1 hides every GPU (2 GPUs here): torch.cuda.is_available() is false.", "unset",
       [](Observed& o) {
         hide_all(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", "-1"}};
       },
       hide_all},
      {"no-visible-device", Severity::warning, "cuda-visible-devices",
       "CUDA_VISIBLE_DEVICES=NoDevFiles hides every GPU", "unset",
       [](Observed& o) {
         hide_all(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", "NoDevFiles"}};
       },
       hide_all},
      {"no-visible-device", Severity::warning, "cuda-visible-devices", "CUDA_VISIBLE_DEVICES=\"\" hides every GPU",
       "unset",
       [](Observed& o) {
         hide_all(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", ""}};
       },
       hide_all},
      {"no-visible-device", Severity::error, "cuda-visible-devices", "\"GPU-f00\" is no GPU here", "unset",
       [](Observed& o) {
         hide_all(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", "GPU-f00"}};
       },
       hide_all},
      {"no-visible-device", Severity::error, "cuda-visible-devices", "or is named twice", "unset",
       [](Observed& o) {
         hide_all(o);
         o.knobs = {{"CUDA_VISIBLE_DEVICES", "1,1"}};
       },
       hide_all},
  };
  for (const Case& each : cases) expect(each);
}

TEST(Gpus, WhatCudaVisibleDevicesHidesIsSaidOnce) {
  Observed observed = clean();
  hide_all(observed);
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "-1"}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("no-visible-device"));
}

TEST(Gpus, WhereEveryEntryIsShownNoneIsMisspelled) {
  Observed observed = clean();
  hide_last(observed);
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "5"}};  // NVML does not list what is passed by other means
  EXPECT_THAT(ids(observed), testing::Not(testing::Contains("visible-devices")));
}

TEST(Gpus, WhatNothingExplainsIsAMissingLinkAndNotHidden) {
  Observed observed = clean();
  hide_all(observed);
  EXPECT_THAT(ids(observed), testing::ElementsAre("no-cuda-device"));
  for (HiddenGpu& gpu : observed.devices->hidden) gpu.uuid = "MIG-" + gpu.uuid;
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "-1"}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("no-visible-device"));
}

TEST(Gpus, AGpuWithoutAnInstanceIsNotCalledHidden) {
  Observed observed = clean();
  hide_last(observed);
  observed.devices->hidden.back().mig = true;
  EXPECT_THAT(ids(observed), testing::ElementsAre("mig-without-instance"));
}

TEST(Gpus, OneLostOfTwoIsNamedAndTheOtherComputes) {
  Observed observed = clean();
  hide_last(observed);
  observed.devices->hidden.back().answer = DriverAnswer::lost;
  observed.devices->hidden.back().why = "nvmlDeviceGetMemoryInfo: GPU is lost";
  EXPECT_THAT(ids(observed), testing::ElementsAre("gpu-lost"));
  EXPECT_THAT(found(observed, "gpu-lost").what, testing::Not(HasSubstr("is_available")));
}

TEST(Gpus, OneThatDoesNotAnswerIsAnErrorThoughTheOtherComputes) {
  Observed observed = clean();
  hide_last(observed);
  observed.devices->hidden.back() = {"", "", "", "CUDA counts it and does not say what it is"};
  observed.devices->hidden.back().answer = DriverAnswer::failed;
  EXPECT_THAT(ids(observed), testing::ElementsAre("gpu-does-not-answer"));
  const auto finding = found(observed, "gpu-does-not-answer");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.rule, "gpu-unknown-error");
  EXPECT_THAT(finding.mend, HasSubstr("Xid"));
  EXPECT_THAT(finding.what, HasSubstr("NVIDIA H100 at 0000:1b:00.0 does not answer (CUDA counts it"));
  EXPECT_THAT(finding.mend, HasSubstr("--gpu-reset -i 0000:1b:00.0"));
  observed.devices->hidden.push_back(observed.devices->hidden.back());
  observed.kernel_driver->gpus.emplace_back("NVIDIA H100 at 0000:2b:00.0");
  EXPECT_THAT(found(observed, "gpu-does-not-answer").what, HasSubstr("A GPU does not answer")) << "which is unknown";
}

TEST(Gpus, WhatHidesAllIsKnownWithoutNvml) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::no_device, "cuInit: 100");
  observed.container.kind = "docker";
  observed.container.device_files = {"nvidia0", "nvidia-uvm", "nvidiactl"};
  observed.devices->nvml = {DriverAnswer::no_library, "cannot open", {}};
  for (const auto* value : {"", "-1", "NoDevFiles", "-1,0"}) {
    observed.knobs = {{"CUDA_VISIBLE_DEVICES", value}};
    EXPECT_THAT(ids(observed), testing::ElementsAre("no-visible-device")) << value;
  }
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "0"}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("container-gpu-does-not-answer"));
  observed = laptop();
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "-1"}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("no-nvidia-driver")) << "nothing is here to be hidden";
  observed.devices->nvml = {DriverAnswer::no_driver, "nvmlInit_v2: Driver Not Loaded", "/usr/lib/libnvidia-ml.so.1"};
  observed.devices->cuda = {DriverAnswer::no_device, "cuInit: 100", "/usr/lib/libcuda.so.1"};
  EXPECT_THAT(ids(observed), testing::ElementsAre("no-nvidia-driver")) << "the module is what lacks";
}

TEST(Gpus, BlockedOnesAreCountedEach) {
  Observed observed = clean();
  hide_all(observed);
  for (HiddenGpu& gpu : observed.devices->hidden) gpu = {"", "", "", "blocked", false, DriverAnswer::no_permission};
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "-1"}};
  EXPECT_THAT(found(observed, "no-visible-device").what, HasSubstr("hides every GPU (2 GPUs here)"));
}

TEST(Gpus, OfMigInstancesNoIndexIsJudged) {
  Observed observed = clean();
  observed.devices->gpus.front().uuid = "MIG-1";
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "3"}};
  EXPECT_THAT(ids(observed), testing::Not(testing::Contains("visible-devices")));
}

TEST(Gpus, WithoutNvmlNoIndexIsJudged) {
  Observed observed = clean();
  observed.devices->nvml = {DriverAnswer::failed, "unknown", {}};
  observed.knobs = {{"CUDA_VISIBLE_DEVICES", "7"}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("driver-fails"));
}

}  // namespace
}  // namespace envguard::diagnosis
