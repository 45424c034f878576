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
      {"driver-hangs", Severity::error, "driver-answers", "did not answer cuInit of libcuda.so.1 within the deadline",
       "D state",
       [](Observed& o) {
         fail_cuda(o, DriverAnswer::hung, "");
         o.devices->asking = "cuInit of libcuda.so.1";
       },
       as_it_is},
      {"driver-crashes", Severity::error, "driver-answers", "The process that asked a call died: signal 11",
       "# see whether nvidia-smi", failing(DriverAnswer::crashed, "signal 11"), as_it_is},
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

TEST(Answers, InAContainerTheMendIsToRestartIt) {
  Observed observed = clean();
  observed.container.kind = "docker";
  fail_cuda(observed, DriverAnswer::version_mismatch, "cuInit: 803");
  EXPECT_THAT(found(observed, "driver-version-mismatch").mend, HasSubstr("# restart this container"));
  fail_cuda(observed, DriverAnswer::no_permission, "cuInit: 304");
  EXPECT_THAT(found(observed, "no-permission").mend, HasSubstr("# restart this container"));
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
