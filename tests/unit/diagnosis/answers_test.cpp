#include <gmock/gmock.h>

#include "machines.hpp"

namespace envguard::diagnosis {
namespace {

using model::DriverAnswer;
using model::Observed;
using Severity = model::Finding::Severity;
using testing::HasSubstr;

std::function<void(Observed&)> failing(DriverAnswer answer, const std::string& why) {
  return [=](Observed& observed) { fail_cuda(observed, answer, why); };
}

const std::function<void(Observed&)> as_it_is = [](Observed&) {};

TEST(Answers, EachFailureHasItsFinding) {
  const std::vector<Case> cases{
      {"driver-version-mismatch", Severity::error, "driver-one-version",
       "The loaded kernel module is 580.65.06, and the driver's library does not fit it (cuInit: 803); torch.cuda",
       "# reboot", failing(DriverAnswer::version_mismatch, "cuInit: 803"), as_it_is},
      {"no-permission", Severity::error, "device-files", "This process may not use the GPUs (cuInit: 304)",
       "ls -l /dev/nvidia*", failing(DriverAnswer::no_permission, "cuInit: 304"), as_it_is},
      {"gpu-lost", Severity::error, "gpu-lost", "A GPU does not answer any more (cuInit: lost)",
       "if nobody else uses it", failing(DriverAnswer::lost, "cuInit: lost"), as_it_is},
      {"system-not-ready", Severity::error, "system-not-ready", "not ready for CUDA (cuInit: 802)",
       "nvidia-fabricmanager", failing(DriverAnswer::not_ready, "cuInit: 802"), as_it_is},
      {"system-not-ready", Severity::error, "system-not-ready", "MPS", "nvidia-cuda-mps-control",
       failing(DriverAnswer::not_ready, "cuInit: MPS client failed to connect"), as_it_is},
      {"stub-library", Severity::error, "stub-library", "the toolkit's stub", "# take the folder named stubs",
       failing(DriverAnswer::stub, "cuInit: 34"), as_it_is},
      {"driver-hangs", Severity::error, "driver-answers",
       "did not answer cuInit of libcuda.so.1 within the deadline; torch.cuda.is_available() would wait for it as "
       "well.",
       "D state",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::hung, "");
         o.devices->asking = "cuInit of libcuda.so.1";
       },
       as_it_is},
      {"driver-crashes", Severity::error, "driver-answers", "The process that asked a call died of signal 11",
       "# see whether nvidia-smi", failing(DriverAnswer::crashed, "signal 11"), as_it_is},
      {"driver-crashes", Severity::error, "driver-answers",
       "asked cuInit of libcuda.so.1 died of SIGABRT; torch.cuda.is_available() would die of it as well.", "nvidia-smi",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::crashed, "SIGABRT: cuInit of libcuda.so.1");
         o.devices->asking = "cuInit of libcuda.so.1";
       },
       as_it_is},
      {"driver-fails", Severity::error, "driver-answers", "The driver fails (cuInit: 999)", "nvidia-smi",
       failing(DriverAnswer::failed, "cuInit: 999"), as_it_is},
      {"no-uvm-device", Severity::error, "device-files", "/dev/nvidia-uvm is not here", "nvidia-modprobe -u -c=0",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::failed, "cuInit: 999");
         o.container.device_files = {"nvidia0", "nvidiactl"};
       },
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::failed, "cuInit: 999");
         o.container.device_files = {"nvidia0", "nvidia-uvm", "nvidiactl"};
       }},
      {"driver-fails", Severity::error, "uvm-after-suspend", "The driver fails (cuInit: unknown error",
       "# if the machine",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::failed, "cuInit: unknown error (CUDA_ERROR_UNKNOWN)");
         o.container.device_files = {"nvidia0", "nvidia-uvm", "nvidiactl"};
       },
       as_it_is},
      {"container-lost-its-gpus", Severity::error, "device-files", "NVML and libcuda fail in this container",
       "restart this container",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::failed, "cuInit: unknown error (CUDA_ERROR_UNKNOWN)");
         o.devices->nvml = {DriverAnswer::failed, "nvmlInit_v2: Unknown Error", "/usr/lib/libnvidia-ml.so.1"};
         o.container.kind = "docker";
         o.container.device_files = {"nvidia0", "nvidia-uvm", "nvidiactl"};
       },
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::failed, "cuInit: unknown error (CUDA_ERROR_UNKNOWN)");
         o.devices->nvml = {DriverAnswer::failed, "nvmlInit_v2: Unknown Error", "/usr/lib/libnvidia-ml.so.1"};
       }},
      {"no-nvml", Severity::note, "nvml-utility", "CUDA works, and NVML does not", "utility",
       [](Observed& o) { o.devices->nvml = {DriverAnswer::no_library, "cannot open", {}}; },
       [](Observed& o) { o.devices->nvml = {DriverAnswer::failed, "unknown", {}}; }},
  };
  for (const Case& each : cases) expect(each);
}

TEST(Answers, OneFindingForBothLibraries) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::failed, "cuInit: unknown");
  observed.devices->nvml = {DriverAnswer::version_mismatch, "nvmlInit_v2: Driver/library version mismatch", {}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("driver-version-mismatch"));
}

TEST(Answers, AFailureOfNvmlAloneIsAWarning) {
  Observed observed = clean();
  observed.devices->nvml = {DriverAnswer::version_mismatch, "nvmlInit_v2: Driver/library version mismatch", {}};
  const auto finding = found(observed, "driver-version-mismatch");
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_THAT(finding.what, testing::Not(HasSubstr("is_available")));
}

TEST(Answers, OfTheLibrarysNameItsVersion) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::version_mismatch, "cuInit: 803");
  observed.devices->cuda.path = "/usr/lib/libcuda.so.580.82.07";
  EXPECT_THAT(found(observed, "driver-version-mismatch").what,
              HasSubstr("module is 580.65.06, and the driver's library is 580.82.07 (cuInit: 803)"));
  for (const auto* silent : {"/usr/lib/libcuda.so.1", "/usr/lib/libcuda.so.580.65.06", "/opt/580.82.07/libcuda"}) {
    observed.devices->cuda.path = silent;
    EXPECT_THAT(found(observed, "driver-version-mismatch").what, HasSubstr("library does not fit it")) << silent;
  }
}

TEST(Answers, WhenNvmlHangsNothingIsKnownOfLibcuda) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::not_asked, "");
  observed.devices->nvml.answer = DriverAnswer::hung;
  EXPECT_THAT(found(observed, "driver-hangs").what, testing::EndsWith("; libcuda was not asked after that."));
  EXPECT_THAT(ids(observed), testing::ElementsAre("driver-hangs"));
}

TEST(Answers, AnUpdatedDriverIsNotCalledForwardCompatibility) {
  Observed observed = clean();
  set_driver(observed, "575.57.08", "");
  fail_cuda(observed, DriverAnswer::version_mismatch, "cuInit: error 804 (CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE)");
  observed.devices->nvml = {DriverAnswer::version_mismatch, "nvmlInit_v2: Driver/library version mismatch", {}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("driver-version-mismatch"));
  EXPECT_THAT(found(observed, "driver-version-mismatch").what, HasSubstr("nvmlInit_v2: Driver/library"));
  observed.devices->nvml = {DriverAnswer::no_library, "cannot open", {}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("driver-version-mismatch")) << "nothing tells of a compat package";
  observed.devices->cuda.path = "/usr/local/cuda-13.0/compat/libcuda.so.580.82.07";
  EXPECT_THAT(ids(observed), testing::ElementsAre("forward-compatibility-refused"));
  EXPECT_THAT(found(observed, "forward-compatibility-refused").mend, HasSubstr("/etc/ld.so.conf.d"));
}

TEST(Answers, InAContainerTheMendIsToRestartIt) {
  Observed observed = clean();
  observed.container.kind = "docker";
  fail_cuda(observed, DriverAnswer::version_mismatch, "cuInit: 803");
  EXPECT_THAT(found(observed, "driver-version-mismatch").mend, HasSubstr("# restart this container"));
  fail_cuda(observed, DriverAnswer::no_permission, "cuInit: 304");
  EXPECT_THAT(found(observed, "no-permission").mend, HasSubstr("# restart this container"));
}

TEST(Answers, AGpuOfUnknownErrorIsNamedOnce) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::failed, "cuInit: unknown error (CUDA_ERROR_UNKNOWN)");
  observed.devices->hidden.push_back({"", "", "", "nvmlDeviceGetHandleByIndex_v2: Unknown Error"});
  observed.devices->hidden.back().answer = DriverAnswer::failed;
  EXPECT_THAT(ids(observed), testing::ElementsAre("gpu-does-not-answer"));
  EXPECT_THAT(found(observed, "gpu-does-not-answer").what, HasSubstr("; torch.cuda.is_available() is false."));
}

TEST(Answers, ALostGpuIsNamedOnce) {
  Observed observed = clean();
  fail_cuda(observed, DriverAnswer::lost, "cuInit: lost");
  observed.devices->hidden.push_back({"", "", "00000000:0B:00.0", "nvmlDeviceGetHandleByIndex: GPU is lost"});
  observed.devices->hidden.back().answer = DriverAnswer::lost;
  EXPECT_THAT(ids(observed), testing::ElementsAre("gpu-lost"));
  EXPECT_THAT(found(observed, "gpu-lost").what, HasSubstr("The GPU at 00000000:0B:00.0 does not answer any more"));
  EXPECT_THAT(found(observed, "gpu-lost").mend, HasSubstr("--gpu-reset -i 00000000:0B:00.0"));
}

}  // namespace
}  // namespace envguard::diagnosis
