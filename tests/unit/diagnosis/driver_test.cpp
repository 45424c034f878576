#include <gmock/gmock.h>

#include "machines.hpp"

namespace envguard::diagnosis {
namespace {

using model::DriverAnswer;
using model::Observed;
using Severity = model::Finding::Severity;
using testing::HasSubstr;

TEST(Driver, ItsFindingsAndTheNearestMachinesWithoutThem) {
  const std::vector<Case> cases{
      {"driver-too-old", Severity::error, "cuda-driver-floor",
       "torch 2.11.0+cu130 loads CUDA 13.0.96, which needs driver 580 or newer; here is 575.51.03 (CUDA 12.9)",
       "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu128",
       [](Observed& o) { set_driver(o, "575.51.03", "12.9"); },
       [](Observed& o) { set_driver(o, "580.40.01", "13.0"); }},
      {"driver-older-than-cuda", Severity::note, "cuda-minor-version",
       "Driver 535.161.08 (CUDA 12.2) runs CUDA 12.8.90 with limits", "570.26 or newer",
       [](Observed& o) {
         set_torch(o, "2.11.0+cu128", "12.8.90", "9.19.0.56", "sm_90");
         set_driver(o, "535.161.08", "12.2");
       },
       [](Observed& o) {
         set_torch(o, "2.11.0+cu128", "12.8.90", "9.19.0.56", "sm_90");
         set_driver(o, "570.26", "12.8");
       }},
      {"forward-compatibility", Severity::note, "cuda-forward-compatibility",
       "libcuda.so.1 supports CUDA 13.0, which is newer than kernel driver 535.161.08", "driver 580 or newer",
       [](Observed& o) { set_driver(o, "535.161.08", "13.0"); },
       [](Observed& o) { set_driver(o, "580.65.06", "13.0"); }},
      {"forward-compatibility", Severity::note, "cuda-forward-compatibility",
       "libcuda.so.1 supports CUDA 12.8, which is newer than kernel driver 535.161.08", "driver 570.26 or newer",
       [](Observed& o) { set_driver(o, "535.161.08", "12.8"); }, [](Observed& o) { set_driver(o, "570.10", "12.8"); }},
      {"forward-compatibility-refused", Severity::error, "cuda-forward-compatibility", "this GPU does not allow that",
       "from one release of the driver",
       [](Observed& o) {
         set_torch(o, "2.11.0+cu128", "12.8.90", "9.19.0.56", "sm_90");
         set_driver(o, "535.161.08", "");
         fail_cuda(o, DriverAnswer::failed,
                   "cuInit: forward compatibility was attempted on non supported HW "
                   "(CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE)");
       },
       [](Observed& o) { fail_cuda(o, DriverAnswer::failed, "cuInit: unknown error (CUDA_ERROR_UNKNOWN)"); }},
      {"driver-branch-ended", Severity::note, "driver-branch-end",
       "Driver 570.124.06 is of the production branch 570, whose life ended in 2026-02", "# plan an update",
       [](Observed& o) { set_driver(o, "570.124.06", "13.0"); },
       [](Observed& o) { set_driver(o, "550.54.14", "13.0"); }},
  };
  for (const Case& each : cases) expect(each);
}

TEST(Driver, WhatForwardCompatibilityRefusesIsSaidOnce) {
  Observed observed = clean();
  set_driver(observed, "535.161.08", "");
  fail_cuda(observed, DriverAnswer::failed, "cuInit: error 804 (CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE)");
  EXPECT_THAT(ids(observed), testing::ElementsAre("forward-compatibility-refused", "driver-branch-ended"));
}

TEST(Driver, WhatIsRefusedIsMendedByWhereItIsFrom) {
  Observed observed = clean();
  set_driver(observed, "575.57.08", "");
  fail_cuda(observed, DriverAnswer::failed, "cuInit: error 804 (CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE)");
  const auto mend = [&] { return found(observed, "forward-compatibility-refused").mend; };
  EXPECT_THAT(mend(), HasSubstr("from one release of the driver; the module is 575.57.08"));
  observed.container.kind = "docker";
  EXPECT_THAT(mend(), HasSubstr("from an image of an older CUDA"));
  observed.devices->cuda.path = "/usr/local/cuda/compat/libcuda.so.1";
  EXPECT_THAT(mend(), HasSubstr("LD_LIBRARY_PATH and /etc/ld.so.conf.d"));
}

TEST(Driver, ACleanMachineHasNothingAboveANote) {
  EXPECT_THAT(ids(clean()), testing::IsEmpty());
}

TEST(Driver, WhereCudaDoesNotAnswerItsNumberDecides) {
  Observed observed = clean();
  set_driver(observed, "535.161.08", "");
  fail_cuda(observed, DriverAnswer::failed, "cuInit: unknown error");
  EXPECT_THAT(found(observed, "driver-too-old").what, HasSubstr("here is 535.161.08, so"));
  observed.devices.reset();
  EXPECT_THAT(ids(observed), testing::Contains("driver-too-old"));
  observed.wsl = true;
  EXPECT_THAT(ids(observed), testing::IsEmpty()) << "Windows' drivers have numbers of their own";
}

TEST(Driver, WhoseNumberIsTheFloorRunsWithLimits) {
  Observed observed = clean();
  set_torch(observed, "2.11.0+cu128", "12.8.90", "9.19.0.56", "sm_90");
  observed.devices.reset();
  for (const auto& [driver, id] :
       std::vector<std::pair<std::string, std::string>>{{"525.60.11", "driver-too-old"},
                                                        {"525.60.13", "driver-older-than-cuda"},
                                                        {"565.57.01", "driver-older-than-cuda"}}) {
    observed.kernel_driver->version = driver;
    EXPECT_THAT(ids(observed), testing::ElementsAre(id)) << driver;
  }
  observed.kernel_driver->version = "570.26";
  EXPECT_THAT(ids(observed), testing::ElementsAre("driver-branch-ended"));
}

TEST(Driver, OfAnUnknownCudaMajorNothingIsSaid) {
  Observed observed = clean();
  set_torch(observed, "3.0.0+cu140", "14.0.1", "10.0.0", "sm_90");
  EXPECT_THAT(ids(observed), testing::IsEmpty());
}

TEST(Driver, ATorchWithoutCudaIsNotJudgedByTheDriver) {
  Observed observed = clean();
  set_driver(observed, "470.82.01", "11.4");
  observed.build = {{"cuda", "none"}};
  EXPECT_THAT(ids(observed), testing::ElementsAre("torch-without-cuda"));
}

TEST(Driver, AnOldCompatPackageIsTakenAwayRatherThanTheDriverUpdated) {
  Observed observed = clean();
  set_driver(observed, "580.65.06", "12.8");
  observed.devices->cuda.path = "/usr/local/cuda-12.8/compat/libcuda.so.1";
  EXPECT_THAT(found(observed, "driver-too-old").mend, HasSubstr("cuda-compat package out of LD_LIBRARY_PATH"));
}

TEST(Driver, ABranchLivesToTheEndOfItsMonth) {
  Observed observed = clean();
  EXPECT_THAT(findings(observed, "2028-06-30"), testing::IsEmpty());
  EXPECT_THAT(findings(observed, "2028-07-01"), testing::SizeIs(1));
}

TEST(Driver, NoWheelOfAnyReleaseFitsWhatIsTooOldForAll) {
  Observed observed = clean();
  set_driver(observed, "390.157", "9.1");
  EXPECT_EQ(found(observed, "driver-too-old").mend, "# update the driver to 580 or newer");
}

}  // namespace
}  // namespace envguard::diagnosis
