// Driver and GPUs, of the fake libraries that tests/fake-driver makes: what each answers is in fixtures/gpus.
#include "codec/devices.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/text.hpp"
#include "codec/build_id.hpp"

#include "wheels.hpp"

namespace envguard::engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using model::DriverAnswer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<model::Devices> lines(const std::string& nvml, const std::string& cuda) {
  const auto answer =
      test::talk({"--devices", "--parent", std::to_string(::getpid()), "--nvml", nvml, "--cuda", cuda}, "");
  EXPECT_EQ(answer.status, 0);
  std::vector<model::Devices> all;
  for (const auto line : base::split(base::trim(answer.printed), '\n')) all.push_back(codec::read_devices(line));
  return all;
}

model::Devices ask(const std::string& nvml, const std::string& cuda) {
  return lines(nvml, cuda).back();
}

/// The driver of a machine of fixtures/gpus, and the variables with which it is asked.
class FakeDriver : public testing::Test {
 protected:
  FakeDriver() : folder_(fs::path(testing::TempDir()) / ("driver-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    fs::copy(fs::path(FAKE_DRIVER) / "libcuda.so.1", folder_, fs::copy_options::overwrite_existing);
    put_nvml("libnvidia-ml.so.1");
    forget_variables();
  }
  ~FakeDriver() override {
    forget_variables();
    fs::remove_all(folder_);
  }

  void put_nvml(const std::string& name) const {
    fs::copy_file(fs::path(FAKE_DRIVER) / name, folder_ / "libnvidia-ml.so.1", fs::copy_options::overwrite_existing);
  }
  static void forget_variables() {
    ::unsetenv("CUDA_VISIBLE_DEVICES");
    ::unsetenv("CUDA_DEVICE_ORDER");
  }
  static Json of(const std::string& machine) {
    std::ifstream file(fs::path(ENVGUARD_FIXTURES) / "gpus" / (machine + ".json"));
    return Json::parse(file).at("driver");
  }

  [[nodiscard]] std::vector<model::Devices> lines_of(const Json& driver) const {
    std::ofstream(folder_ / "driver.json") << driver;
    return lines(nvml(), cuda());
  }
  [[nodiscard]] model::Devices asked(const Json& driver) const { return lines_of(driver).back(); }
  [[nodiscard]] model::Devices on(const std::string& machine) const { return asked(of(machine)); }
  /// The names of what CUDA shows with this CUDA_VISIBLE_DEVICES, two-gpus unless another machine is given.
  [[nodiscard]] std::vector<std::string> shown(const char* visible, const std::string& machine = "two-gpus") const {
    ::setenv("CUDA_VISIBLE_DEVICES", visible, 1);
    std::vector<std::string> names;
    for (const auto& gpu : on(machine).gpus) names.push_back(gpu.key.gpu + gpu.key.mig_profile);
    return names;
  }
  [[nodiscard]] std::string nvml() const { return folder_ / "libnvidia-ml.so.1"; }
  [[nodiscard]] std::string cuda() const { return folder_ / "libcuda.so.1"; }

  fs::path folder_;
};

TEST(Devices, AMachineWithoutDriverIsAnAnswer) {
  const model::Devices devices = ask("/nowhere/libnvidia-ml.so.1", "/nowhere/libcuda.so.1");
  EXPECT_EQ(devices.build, codec::build_id());
  EXPECT_EQ(devices.driver, "");
  EXPECT_EQ(devices.nvml.answer, DriverAnswer::no_library);
  EXPECT_THAT(devices.nvml.why, HasSubstr("/nowhere/libnvidia-ml.so.1: cannot open shared object file"));
  EXPECT_EQ(devices.nvml.path, "");
  EXPECT_TRUE(devices.gpus.empty());
  EXPECT_EQ(devices.cuda.answer, DriverAnswer::no_library);
  EXPECT_THAT(devices.no_gpu(), HasSubstr("/nowhere/libcuda.so.1: cannot open shared object file"));
}

TEST(Devices, ALibraryThatIsNotTheDriversIsAnAnswer) {
  const model::Devices devices = ask("libm.so.6", "libm.so.6");
  EXPECT_THAT(devices.nvml.why, HasSubstr("has no symbol nvmlInit_v2"));
  EXPECT_THAT(devices.cuda.why, HasSubstr("has no symbol cuInit"));
  EXPECT_EQ(devices.cuda.answer, DriverAnswer::no_library);
  EXPECT_THAT(devices.cuda.path, HasSubstr("/libm.so.6"));
}

TEST_F(FakeDriver, TellsAllOfAGpu) {
  const auto devices = on("a100");
  EXPECT_EQ(devices.driver, "535.161.08");
  EXPECT_EQ(devices.cuda_version, "12.2");
  EXPECT_EQ(devices.nvml, (model::DriverLibrary{DriverAnswer::answered, "", fs::canonical(nvml())}));
  EXPECT_EQ(devices.cuda, (model::DriverLibrary{DriverAnswer::answered, "", fs::canonical(cuda())}));
  EXPECT_THAT(devices.hidden, IsEmpty());
  model::Gpu gpu;
  gpu.uuid = "GPU-1b5e0003-7c1a-4e0f-9d3b-5a6c7e8f0003";
  gpu.key = {"NVIDIA A100-SXM4-80GB", "8.0", 108};
  gpu.nvml_name = "NVIDIA A100-SXM4-80GB";
  gpu.pci_id = "00000000:07:00.0";
  gpu.free_bytes = std::uint64_t{9830} << 20U;
  gpu.total_bytes = std::uint64_t{81920} << 20U;
  gpu.ecc = true;
  gpu.ecc_errors = model::EccErrors{};
  gpu.mig = false;
  gpu.compute_mode = "default";
  gpu.persistence = true;
  gpu.nvlinks = 12;
  gpu.virtualization = "none";
  gpu.processes = {{41213, std::uint64_t{71680} << 20U, ""}, {41214, std::uint64_t{410} << 20U, ""}};
  ASSERT_EQ(devices.gpus.size(), 1U);
  EXPECT_EQ(devices.gpus.front(), gpu);
}

TEST_F(FakeDriver, StatesHaveTheirWords) {
  auto driver = of("h100-sxm");
  auto& gpu = driver["gpus"][0];
  gpu["clock_events"] = 0x1 | 0x4 | 0x40 | 0x400;
  gpu["compute_mode"] = 3;
  gpu["virtualization"] = 2;
  gpu["fabric_status"] = 999;
  gpu["ecc_errors"] = {1, 2, 3, 4};
  const auto told = asked(driver).gpus.at(0);
  EXPECT_THAT(told.throttle_reasons, ElementsAre("sw-power-cap", "hw-thermal-slowdown", "unknown-10"));
  EXPECT_EQ(told.compute_mode, "exclusive-process");
  EXPECT_EQ(told.virtualization, "vgpu");
  EXPECT_EQ(told.fabric, "failed");
  EXPECT_EQ(told.ecc_errors, (model::EccErrors{1, 2, 3, 4}));
  gpu["fabric_state"] = 2;
  EXPECT_EQ(asked(driver).gpus.at(0).fabric, "in-progress");
}

TEST_F(FakeDriver, WhatAnOlderNvmlLacksIsAbsent) {
  put_nvml("libnvidia-ml-older.so.1");
  auto driver = of("gtx-1080-old-driver");
  driver["gpus"][0]["clock_events"] = 4;
  driver["gpus"][0]["processes"] = {{{"pid", 7}, {"mib", 1}}};
  const auto gpu = asked(driver).gpus.at(0);
  EXPECT_THAT(gpu.throttle_reasons, ElementsAre("sw-power-cap"));  // under its older name
  EXPECT_FALSE(gpu.mig);
  EXPECT_FALSE(gpu.ecc);
  EXPECT_FALSE(gpu.nvlinks);
  EXPECT_EQ(gpu.fabric, "");
  EXPECT_THAT(gpu.processes, IsEmpty());
  EXPECT_EQ(gpu.compute_mode, "default");
}

TEST_F(FakeDriver, MoreProcessesThanExpectedAreAllTold) {
  auto driver = of("h100-sxm");
  for (int pid = 1; pid <= 100; ++pid) driver["gpus"][0]["processes"].push_back({{"pid", pid}, {"mib", 1}});
  EXPECT_EQ(asked(driver).gpus.at(0).processes.size(), 100U);
}

TEST_F(FakeDriver, RecordsOfAnotherSizeAreNotReadAsProcesses) {
  auto driver = of("h100-sxm");
  driver["driver"] = "535.54.03";
  for (int pid = 1; pid <= 100; ++pid) driver["gpus"][0]["processes"].push_back({{"pid", pid}, {"mib", 1}});
  const auto processes = asked(driver).gpus.at(0).processes;
  ASSERT_EQ(processes.size(), 100U);
  for (int pid = 1; pid <= 100; ++pid)
    EXPECT_EQ(processes.at(static_cast<std::size_t>(pid - 1)), (model::GpuProcess{pid, 1U << 20U, ""}));
}

TEST_F(FakeDriver, WithoutNvmlLibcudaTellsWhatItCan) {
  auto driver = of("two-gpus");
  driver["behaves"]["nvmlInit_v2"] = 999;
  const auto devices = asked(driver);
  EXPECT_EQ(devices.nvml.answer, DriverAnswer::failed);
  EXPECT_EQ(devices.nvml.why, "nvmlInit_v2: Unknown Error");
  EXPECT_EQ(devices.gpus.at(0).pci_id, "00000000:CA:00.0");
  EXPECT_EQ(devices.gpus.at(0).total_bytes, std::uint64_t{81559} << 20U);
  EXPECT_FALSE(devices.gpus.at(0).free_bytes);
}

TEST_F(FakeDriver, GpusAreCountedAsCudaCountsThem) {
  auto devices = on("two-gpus");
  EXPECT_EQ(devices.gpus.at(0).key.gpu, "NVIDIA H100 PCIe");
  EXPECT_EQ(devices.gpus.at(0).pci_id, "00000000:CA:00.0");
  EXPECT_EQ(devices.gpus.at(1).key.gpu, "NVIDIA L4");
  EXPECT_EQ(devices.gpus.at(1).index, 1);
  EXPECT_EQ(devices.gpus.at(1).pci_id, "00000000:17:00.0");
  ::setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 1);
  devices = on("two-gpus");
  EXPECT_EQ(devices.gpus.at(0).key.gpu, "NVIDIA L4");
  EXPECT_EQ(devices.gpus.at(0).pci_id, "00000000:17:00.0");
}

TEST_F(FakeDriver, CudaVisibleDevicesIsObeyed) {
  EXPECT_THAT(shown("1"), ElementsAre("NVIDIA L4"));
  EXPECT_THAT(shown("1,0"), ElementsAre("NVIDIA L4", "NVIDIA H100 PCIe"));
  EXPECT_THAT(shown("GPU-1b5e0004"), ElementsAre("NVIDIA L4"));
  EXPECT_THAT(shown("GPU-1b5e"), IsEmpty());  // fits both
  EXPECT_THAT(shown(""), IsEmpty());
  EXPECT_THAT(shown("-1"), IsEmpty());
  EXPECT_THAT(shown("2"), IsEmpty());
  EXPECT_THAT(shown("0,7,1"), ElementsAre("NVIDIA H100 PCIe"));
  EXPECT_THAT(shown("MIG-1b5e0102-7c1a-4e0f-9d3b-5a6c7e8f0102", "mig"), ElementsAre("NVIDIA H100 80GB HBM31g.10gb"));
  EXPECT_THAT(shown("MIG-00000000-0000-0000-0000-000000000000", "mig"), IsEmpty());
}

TEST_F(FakeDriver, WhatCudaDoesNotShowIsHidden) {
  ::setenv("CUDA_VISIBLE_DEVICES", "-1", 1);
  const auto devices = on("two-gpus");
  EXPECT_EQ(devices.cuda.answer, DriverAnswer::no_device);
  EXPECT_EQ(devices.cuda.why, "cuInit: no CUDA-capable device is detected (CUDA_ERROR_NO_DEVICE)");
  ASSERT_EQ(devices.hidden.size(), 2U);
  EXPECT_EQ(devices.hidden[0],
            (model::HiddenGpu{"GPU-1b5e0004-7c1a-4e0f-9d3b-5a6c7e8f0004", "NVIDIA L4", "00000000:17:00.0", ""}));
  ::setenv("CUDA_VISIBLE_DEVICES", "1", 1);
  EXPECT_EQ(on("two-gpus").hidden.at(0).name, "NVIDIA H100 PCIe");
}

TEST_F(FakeDriver, AMigInstanceHasItsOwnMemoryAndItsGpusState) {
  const auto devices = on("mig");
  ASSERT_EQ(devices.gpus.size(), 1U);
  const auto& gpu = devices.gpus.front();
  EXPECT_EQ(gpu.uuid, "MIG-1b5e0101-7c1a-4e0f-9d3b-5a6c7e8f0101");
  EXPECT_EQ(gpu.key, (model::GpuKey{"NVIDIA H100 80GB HBM3", "9.0", 16, "1g.10gb"}));
  EXPECT_EQ(gpu.nvml_name, "NVIDIA H100 80GB HBM3 MIG 1g.10gb");
  EXPECT_EQ(gpu.total_bytes, std::uint64_t{9984} << 20U);
  EXPECT_EQ(gpu.pci_id, "00000000:1B:00.0");
  EXPECT_EQ(gpu.ecc, true);
  EXPECT_EQ(gpu.mig, true);
  EXPECT_EQ(gpu.nvlinks, 18);
  EXPECT_EQ(gpu.fabric, "not-supported");
  ASSERT_EQ(devices.hidden.size(), 1U);
  EXPECT_EQ(devices.hidden[0].uuid, "MIG-1b5e0102-7c1a-4e0f-9d3b-5a6c7e8f0102");
  EXPECT_EQ(devices.hidden[0].pci_id, "00000000:1B:00.0");
  EXPECT_FALSE(devices.hidden[0].mig);
}

TEST_F(FakeDriver, MigWithoutAnInstanceIsHidden) {
  const auto devices = on("mig-without-instance");
  EXPECT_EQ(devices.cuda.answer, DriverAnswer::no_device);
  ASSERT_EQ(devices.hidden.size(), 1U);
  EXPECT_EQ(devices.hidden[0].name, "NVIDIA H100 80GB HBM3");
  EXPECT_TRUE(devices.hidden[0].mig);
}

TEST_F(FakeDriver, ALostGpuIsHiddenWithNvmlsError) {
  const auto one = on("gpu-lost").hidden.at(0);
  EXPECT_EQ(one.answer, DriverAnswer::lost);
  EXPECT_EQ(one.why, "nvmlDeviceGetHandleByIndex_v2: GPU is lost");
  EXPECT_EQ(one.name, "");
  const auto devices = on("gpu-lost-of-two");
  EXPECT_EQ(devices.gpus.size(), 1U);
  ASSERT_EQ(devices.hidden.size(), 1U);
  EXPECT_EQ(devices.hidden[0].answer, DriverAnswer::lost);
  EXPECT_EQ(devices.hidden[0].why, "nvmlDeviceGetMemoryInfo: GPU is lost");
  EXPECT_EQ(devices.hidden[0].name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(on("gpu-blocked").hidden.at(0).answer, DriverAnswer::no_permission);
}

TEST_F(FakeDriver, AGpuThatCannotTellItsMemoryHasFailed) {
  const auto of_memory = [&](int code) {
    auto driver = of("h100-sxm");
    driver["behaves"] = {{"nvmlDeviceGetMemoryInfo", code}, {"cuInit", 100}};
    return asked(driver).hidden.at(0);
  };
  EXPECT_EQ(of_memory(999).answer, DriverAnswer::failed);
  EXPECT_EQ(of_memory(999).why, "nvmlDeviceGetMemoryInfo: Unknown Error");
  EXPECT_EQ(of_memory(999).name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(of_memory(16).answer, DriverAnswer::lost);
  // Not supported, not for this user, and not in this driver: the GPU is well.
  for (const int code : {3, 4, 13}) EXPECT_EQ(of_memory(code).answer, DriverAnswer::answered) << code;
}

TEST_F(FakeDriver, EveryFailureHasItsType) {
  const auto of_nvml = [&](int code) {
    auto driver = of("h100-sxm");
    driver["behaves"]["nvmlInit_v2"] = code;
    return asked(driver).nvml.answer;
  };
  EXPECT_EQ(of_nvml(4), DriverAnswer::no_permission);
  EXPECT_EQ(of_nvml(9), DriverAnswer::no_driver);
  EXPECT_EQ(of_nvml(12), DriverAnswer::no_library);
  EXPECT_EQ(of_nvml(15), DriverAnswer::lost);
  EXPECT_EQ(of_nvml(16), DriverAnswer::lost);
  EXPECT_EQ(of_nvml(17), DriverAnswer::no_permission);
  EXPECT_EQ(of_nvml(18), DriverAnswer::version_mismatch);
  EXPECT_EQ(of_nvml(999), DriverAnswer::failed);
  const auto of_cuda = [&](int code) {
    auto driver = of("h100-sxm");
    driver["behaves"]["cuInit"] = code;
    return asked(driver).cuda.answer;
  };
  EXPECT_EQ(of_cuda(34), DriverAnswer::stub);
  EXPECT_EQ(of_cuda(46), DriverAnswer::not_ready);
  EXPECT_EQ(of_cuda(100), DriverAnswer::no_device);
  EXPECT_EQ(of_cuda(102), DriverAnswer::not_ready);
  EXPECT_EQ(of_cuda(304), DriverAnswer::no_permission);
  EXPECT_EQ(of_cuda(800), DriverAnswer::no_permission);
  EXPECT_EQ(of_cuda(802), DriverAnswer::not_ready);
  EXPECT_EQ(of_cuda(803), DriverAnswer::version_mismatch);
  EXPECT_EQ(of_cuda(804), DriverAnswer::version_mismatch);
  EXPECT_EQ(of_cuda(807), DriverAnswer::not_ready);
  EXPECT_EQ(of_cuda(999), DriverAnswer::failed);
}

TEST_F(FakeDriver, TheStubIsNamedThoughItSaysNothing) {
  const auto devices = on("stub");
  EXPECT_EQ(devices.cuda.why, "cuInit: this is the CUDA toolkit's stub, which is for linking alone");
  EXPECT_EQ(devices.cuda.path, fs::canonical(cuda()));
}

TEST_F(FakeDriver, EachCallIsToldBeforeItIsMade) {
  std::vector<std::string> calls;
  for (const auto& line : lines_of(of("two-gpus"))) {
    calls.push_back(line.asking.substr(0, line.asking.find(" of /")));
    const bool nvml_open = line.nvml.answer == DriverAnswer::not_asked;
    const bool cuda_open = line.cuda.answer == DriverAnswer::not_asked;
    // The first library without an answer is the one that is being asked.
    EXPECT_TRUE(nvml_open || !line.asking.ends_with(nvml())) << line.asking;
    EXPECT_TRUE((!nvml_open && cuda_open) || !line.asking.ends_with(cuda())) << line.asking;
  }
  EXPECT_THAT(calls, ElementsAre("nvmlInit_v2", "nvmlDeviceGetHandleByIndex_v2 (GPU 0)",
                                 "nvmlDeviceGetHandleByIndex_v2 (GPU 1)", "cuInit", "cuDeviceGetName (GPU 0)",
                                 "cuDeviceGetName (GPU 1)",
                                 "nvmlDeviceGetHandleByUUID (GPU-1b5e0002-7c1a-4e0f-9d3b-5a6c7e8f0002)",
                                 "nvmlDeviceGetHandleByUUID (GPU-1b5e0004-7c1a-4e0f-9d3b-5a6c7e8f0004)", ""));
}

}  // namespace
}  // namespace envguard::engine
