#include <gmock/gmock.h>

#include "machines.hpp"

namespace envguard::diagnosis {
namespace {

using model::DriverAnswer;
using model::Observed;
using Severity = model::Finding::Severity;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void without_cuda(Observed& observed) {
  set_component(observed, "torch", "2.11.0+cpu");
  observed.build = {{"cuda", "none"}};
}

TEST(Availability, EachMissingLinkAndTheNearestMachineWithoutIt) {
  const std::vector<Case> cases{
      {"torch-without-cuda", Severity::warning, "torch-cuda-build", "torch 2.11.0+cpu was built without CUDA",
       "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu130", without_cuda,
       [](Observed& o) {
         o = laptop();
         without_cuda(o);
       }},
      {"torch-for-rocm", Severity::warning, "torch-cuda-build", "was built for ROCm", "pip install torch",
       [](Observed& o) {
         without_cuda(o);
         o.build.emplace_back("hip", "6.4");
       },
       without_cuda},
      {"no-libcuda", Severity::error, "torch-asks-libcuda", "The kernel module 580.65.06 is loaded and libcuda.so.1",
       "libnvidia-compute", [](Observed& o) { fail_cuda(o, DriverAnswer::no_library, "cannot open"); },
       [](Observed& o) { o = laptop(); }},
      {"no-nvidia-driver", Severity::note, "torch-asks-libcuda", "No NVIDIA driver is here",
       "install its driver (580 or newer for CUDA 13.0)", [](Observed& o) { o = laptop(); }, [](Observed&) {}},
      {"no-nvidia-driver", Severity::note, "torch-asks-libcuda", "the driver's kernel module is not loaded",
       "sudo modprobe nvidia",
       [](Observed& o) {
         o = laptop();
         o.devices->cuda = {DriverAnswer::no_driver, "cuInit: 100", "/usr/lib/libcuda.so.1"};
       },
       [](Observed&) {}},
      {"no-driver-in-wsl", Severity::note, "wsl-driver", "Windows shows no NVIDIA driver", "wsl --shutdown",
       [](Observed& o) {
         o = laptop();
         o.wsl = true;
       },
       [](Observed& o) { o = laptop(); }},
      {"gpu-excluded", Severity::warning, "torch-asks-libcuda", "told to leave alone NVIDIA H100 at 0000:0b:00.0",
       "NVreg_ExcludedGpus",
       [](Observed& o) {
         o.kernel_driver->excluded = {"NVIDIA H100 at 0000:0b:00.0"};
         fail_cuda(o, DriverAnswer::no_device, "cuInit: 100");
       },
       [](Observed& o) { o.kernel_driver->excluded = {"NVIDIA H100 at 0000:0b:00.0"}; }},
      {"no-cuda-device", Severity::error, "torch-asks-libcuda", "The driver is loaded and shows no GPU", "lspci",
       [](Observed& o) { fail_cuda(o, DriverAnswer::no_device, "cuInit: 100"); }, [](Observed&) {}},
      {"no-cuda-device", Severity::error, "torch-asks-libcuda", "NVML lists 1 GPU and CUDA shows none of them",
       "CUDA_VISIBLE_DEVICES",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::no_device, "cuInit: 100");
         o.devices->hidden.push_back({"GPU-0000", "NVIDIA H100", "00000000:0B:00.0", {}});
       },
       [](Observed&) {}},
  };
  for (const Case& each : cases) expect(each);
}

TEST(Availability, AModuleThatIsNotLoadedIsKnownByNvml) {
  Observed observed = laptop();
  observed.devices->nvml = {DriverAnswer::no_driver, "nvmlInit_v2: Driver Not Loaded", "/usr/lib/libnvidia-ml.so.1"};
  observed.devices->cuda = {DriverAnswer::no_device, "cuInit: 100", "/usr/lib/libcuda.so.1"};
  EXPECT_THAT(found(observed, "no-nvidia-driver").mend, HasSubstr("modprobe"));
}

TEST(Availability, ADriverWithoutAnyGpuIsAWarning) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::no_device, "cuInit: 100");
  observed.kernel_driver->gpus.clear();
  EXPECT_EQ(found(observed, "no-cuda-device").severity, Severity::warning);
}

TEST(Availability, AGpuOnTheBusWithoutADriverIsNoLaptop) {
  Observed observed = laptop();
  observed.pci_gpus = {{"0000:01:00.0", "nouveau"}};
  EXPECT_THAT(ids(observed), ElementsAre("gpu-without-driver"));
  const auto finding = found(observed, "gpu-without-driver");
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_THAT(finding.what,
              HasSubstr("The NVIDIA GPU at 0000:01:00.0 (kernel driver: nouveau) is not driven by NVIDIA's"));
  EXPECT_EQ(finding.mend, "# install NVIDIA's driver (580 or newer for CUDA 13.0) and reboot");
  observed.devices->cuda = {DriverAnswer::no_device, "cuInit: 100", "/usr/lib/libcuda.so.1"};
  observed.devices->nvml = {DriverAnswer::no_driver, "nvmlInit_v2: Driver Not Loaded", "/usr/lib/libnvidia-ml.so.1"};
  EXPECT_EQ(found(observed, "gpu-without-driver").severity, Severity::error);
  EXPECT_THAT(found(observed, "gpu-without-driver").mend, HasSubstr("install NVIDIA's driver")) << "nouveau holds it";
  observed.pci_gpus = {{"0000:01:00.0", ""}};
  EXPECT_THAT(found(observed, "gpu-without-driver").mend, HasSubstr("sudo modprobe nvidia; if that fails"));
  observed.pci_gpus = {{"0000:01:00.0", "vfio-pci"}, {"0000:02:00.0", "vfio-pci"}};
  EXPECT_EQ(found(observed, "gpu-without-driver").severity, Severity::note);
  EXPECT_THAT(found(observed, "gpu-without-driver").what, HasSubstr("0000:02:00.0 (kernel driver: vfio-pci) are not"));
  without_cuda(observed);
  EXPECT_THAT(ids(observed), IsEmpty()) << "neither torch nor driver is for CUDA";
}

TEST(Availability, MissingLibrariesAreAnErrorWhereThereIsAGpu) {
  Observed observed = laptop();
  observed.findings = {{Severity::note, "cuda-libraries-missing", "", "", ""}};
  EXPECT_EQ(weighed(observed).front().severity, Severity::note);
  observed.pci_gpus = {{"0000:01:00.0", "nouveau"}};
  EXPECT_EQ(weighed(observed).front().severity, Severity::error);
  observed.pci_gpus = {{"0000:01:00.0", "vfio-pci"}};
  EXPECT_EQ(weighed(observed).front().severity, Severity::note) << "a virtual machine's";
  observed = clean();
  observed.findings = {{Severity::note, "cuda-libraries-missing", "", "", ""}, {Severity::note, "other", "", "", ""}};
  observed.kernel_driver.reset();
  EXPECT_EQ(weighed(observed).front().severity, Severity::error);
  EXPECT_EQ(weighed(observed).back().severity, Severity::note);
}

TEST(Availability, ANoteOfDetectionDoesNotHideAnError) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::no_library, "cannot open");
  observed.findings = {{Severity::note, "cuda-libraries-missing", "", "", ""}};
  EXPECT_THAT(ids(observed), ElementsAre("no-libcuda"));
  observed.findings = weighed(observed);
  EXPECT_THAT(ids(observed), IsEmpty());
}

TEST(Availability, ALaptopHasOneNote) {
  const auto all = findings(laptop(), today);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().severity, Severity::note);
}

TEST(Availability, NothingWhereThereIsNoTorchOrNothingIsKnown) {
  Observed observed = laptop();
  observed.install.reset();
  EXPECT_THAT(ids(observed), IsEmpty());
  observed = laptop();
  observed.devices.reset();
  EXPECT_THAT(ids(observed), IsEmpty()) << "nobody asked the driver";
  observed = laptop();
  observed.devices->cuda = {};
  EXPECT_THAT(ids(observed), IsEmpty()) << "nobody asked libcuda";
  observed = laptop();
  observed.build.clear();
  std::erase_if(observed.components, [](const model::Component& each) { return each.name == "cuda"; });
  EXPECT_THAT(ids(observed), IsEmpty()) << "whether it was built with CUDA is unknown";
}

TEST(Availability, WhatDetectionHasSaidIsNotRepeated) {
  for (const char* id : {"torch-without-libraries", "torch-does-not-open", "cuda-libraries-missing"}) {
    Observed observed = laptop();
    observed.findings = {{Severity::error, id, "", "", ""}};
    EXPECT_THAT(ids(observed), IsEmpty()) << id;
    observed.findings.front().id = "second-cuda";
    EXPECT_THAT(ids(observed), ElementsAre("no-nvidia-driver"));
  }
}

TEST(Containers, EachKindHasItsLine) {
  for (const auto& [kind, line] :
       std::vector<std::pair<std::string, std::string>>{{"docker", "docker run --gpus all"},
                                                        {"podman", "podman run --device nvidia.com/gpu=all"},
                                                        {"kubernetes", "resources: {limits: {nvidia.com/gpu: 1}}"},
                                                        {"apptainer", "apptainer exec --nv"},
                                                        {"enroot", "NVIDIA_VISIBLE_DEVICES=all"},
                                                        {"lxc", "gpu gpu"},
                                                        {"containerd", "nerdctl run --gpus all"},
                                                        {"something-else", "NVIDIA Container Toolkit"}}) {
    const Observed observed = container(kind);
    EXPECT_THAT(ids(observed), ElementsAre("container-without-gpu"));
    const auto finding = found(observed, "container-without-gpu");
    EXPECT_EQ(finding.severity, Severity::warning);
    EXPECT_EQ(finding.rule, "container-gpu");
    EXPECT_FALSE(finding.source.empty());
    EXPECT_THAT(finding.what, HasSubstr("This " + kind + " container has no GPU's device file"));
    EXPECT_THAT(finding.mend, HasSubstr(line));
  }
}

TEST(Containers, WhatIsAroundThemDecidesTheLine) {
  Observed observed = container("containerd");
  observed.container.within = {"kubernetes"};
  EXPECT_THAT(found(observed, "container-without-gpu").mend, HasSubstr("limits"));
  observed = container("docker");
  observed.container.within = {"devcontainer"};
  EXPECT_THAT(found(observed, "container-without-gpu").mend, HasSubstr("hostRequirements"));
}

TEST(Containers, OnAHostWithoutADriverItIsANote) {
  Observed observed = container("docker");
  observed.kernel_driver.reset();
  EXPECT_EQ(found(observed, "container-without-gpu").severity, Severity::note);
}

TEST(Containers, TheLinkThatIsMissing) {
  Observed observed = container("docker");
  observed.container.visible_devices = {"void"};
  EXPECT_THAT(found(observed, "container-without-gpu").what, HasSubstr("(NVIDIA_VISIBLE_DEVICES=void)"));

  observed.container.visible_devices = {"all"};
  observed.container.device_files = {"nvidia0", "nvidia-uvm", "nvidiactl"};
  observed.container.driver_capabilities = {"utility", "graphics"};
  EXPECT_THAT(ids(observed), ElementsAre("container-without-compute"));
  EXPECT_THAT(found(observed, "container-without-compute").what, HasSubstr("NVIDIA_DRIVER_CAPABILITIES=utility,graph"));
  EXPECT_EQ(found(observed, "container-without-compute").rule, "container-capabilities");

  observed.container.driver_capabilities = {"all"};
  EXPECT_THAT(ids(observed), ElementsAre("container-without-libcuda"));
  observed.container.driver_capabilities = {"compute", "utility"};
  EXPECT_THAT(ids(observed), ElementsAre("container-without-libcuda"));

  observed.container.driver_libraries = {"libnvidia-ml.so.580.65.06"};
  EXPECT_THAT(ids(observed), ElementsAre("container-without-libcuda"));
  observed.container.driver_libraries = {"libcuda.so.580.65.06"};
  EXPECT_THAT(ids(observed), ElementsAre("container-gpu-does-not-answer"));

  observed.container.driver_libraries.clear();
  observed.devices->cuda = {DriverAnswer::no_device, "cuInit: 100", "/usr/lib/libcuda.so.1"};
  EXPECT_THAT(ids(observed), ElementsAre("container-gpu-does-not-answer")) << "its own, which nothing mounts";

  observed.container.device_files = {"nvidia", "nvidiactl", "nvidia-uvm"};
  EXPECT_THAT(ids(observed), ElementsAre("container-without-gpu")) << "nvidiactl is no GPU";
}

TEST(Containers, OneWhoseGpusNvmlListsIsNotWhatHidesThem) {
  Observed observed = clean();
  observed.container.kind = "docker";
  fail_cuda(observed, DriverAnswer::no_device, "cuInit: 100");
  observed.devices->hidden.push_back({"GPU-0000", "NVIDIA H100", "00000000:0B:00.0", {}});
  EXPECT_THAT(ids(observed), ElementsAre("no-cuda-device"));
}

TEST(Containers, OneThatHasItsGpuHasNoFinding) {
  Observed observed = clean();
  observed.container.kind = "docker";
  observed.container.gpu_route = "cdi";
  observed.container.visible_devices = {"void"};
  EXPECT_THAT(ids(observed), IsEmpty()) << "CDI sets NVIDIA_VISIBLE_DEVICES=void";
}

}  // namespace
}  // namespace envguard::diagnosis
