#include "runner/devices.hpp"

#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "codec/devices.hpp"

namespace envguard::runner {
namespace {

using model::DriverAnswer;

/// An engine that does what the script does when it is asked for devices.
class Devices : public testing::Test {
 protected:
  Devices() {
    folder_ = testing::TempDir() + "/devices-" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
  }
  ~Devices() override { std::filesystem::remove_all(folder_); }

  model::Devices ask(const std::string& script, std::chrono::milliseconds deadline = std::chrono::seconds(30),
                     const process::Kill& kill = process::kill_session) {
    model::Machine machine;
    machine.engine = folder_ / "engine";
    machine.build = "b";
    machine.nvml = "/none/nvml";
    machine.cuda_driver = "/none/cuda";
    machine.proc = folder_ / "proc";
    machine.environment = {{"PATH", "/usr/bin:/bin"}, {"ENVGUARD_X", "1"}};
    machine.driver_deadline = deadline;
    std::ofstream(machine.engine) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(machine.engine, std::filesystem::perms::owner_all);
    return ask_devices(machine, kill);
  }

  std::string refusal(const std::string& script, std::chrono::milliseconds deadline = std::chrono::seconds(30)) {
    try {
      (void)ask(script, deadline);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
      EXPECT_FALSE(error.next().empty());
      return error.message();
    }
    return "answered";
  }

  std::filesystem::path folder_;
};

/// The shell's `echo` of what an engine of build "b" says of a driver, with these members instead of the usual ones.
std::string says(const std::function<void(model::Devices&)>& change) {
  model::Devices devices;
  devices.build = "b";
  change(devices);
  return "printf '%s\\n' '" + codec::write_devices(devices) + "'\n";
}

std::string asks_nvml() {
  return says([](auto& devices) { devices.asking = "nvmlInit_v2 of libnvidia-ml.so.1"; });
}

std::string asks_cuda() {
  return says([](auto& devices) {
    devices.nvml.answer = DriverAnswer::answered;
    devices.driver = "580.65.06";
    devices.asking = "cuInit of libcuda.so.1";
  });
}

TEST_F(Devices, GetsPathsAndNoneOfOurVariables) {
  const auto devices = ask(
      R"(echo "{\"build\":\"b\",\"nvml\":{\"answer\":\"failed\",\"why\":\"$*\",\"path\":\"\"},\"cuda\":{\"answer\":\"failed\",\"why\":\"[$ENVGUARD_X]\",\"path\":\"\"},\"driver\":\"\",\"cuda_version\":\"\",\"gpus\":[],\"hidden\":[],\"asking\":\"\"}")");
  EXPECT_EQ(devices.nvml.why,
            "--devices --parent " + std::to_string(::getpid()) + " --nvml /none/nvml --cuda /none/cuda");
  EXPECT_EQ(devices.no_gpu(), "[]");
  EXPECT_TRUE(devices.gpus.empty());
}

TEST_F(Devices, AFaultOfTheEngineIsNoAnswerOfTheDriver) {
  EXPECT_EQ(refusal("sleep 600", std::chrono::milliseconds(300)),
            "the engine did not begin to ask the NVIDIA driver: no answer within 0.3 s");
  EXPECT_EQ(refusal("kill -SEGV $$"), "the engine did not begin to ask the NVIDIA driver: SIGSEGV");
  EXPECT_EQ(refusal("echo oops >&2; exit 3"), "the engine ended with status 3 while it asked the NVIDIA driver: oops");
  EXPECT_EQ(refusal(asks_cuda() + "echo oops >&2; exit 3"),
            "the engine ended with status 3 while it asked the NVIDIA driver: oops");
  EXPECT_EQ(refusal("echo rubbish"), "not JSON: \"rubbish\"");
  EXPECT_EQ(refusal("exit 0"), "not JSON: \"\"");
  EXPECT_EQ(refusal(asks_nvml() + "echo rubbish; kill -SEGV $$"), "not JSON: \"rubbish\"");
  const auto other = says([](auto& devices) { devices.build = "c"; });
  EXPECT_EQ(refusal(other).substr(0, 20), "envguard is build b,");
  EXPECT_EQ(refusal(other + "sleep 600", std::chrono::milliseconds(300)).substr(0, 20), "envguard is build b,");
}

TEST_F(Devices, TheLibraryThatWasAskedHasHung) {
  const auto nvml = ask(asks_nvml() + "sleep 600", std::chrono::milliseconds(500));
  EXPECT_EQ(nvml.nvml.answer, DriverAnswer::hung);
  EXPECT_EQ(nvml.nvml.why, "no answer within 0.5 s: nvmlInit_v2 of libnvidia-ml.so.1");
  EXPECT_EQ(nvml.cuda.answer, DriverAnswer::not_asked);
  EXPECT_EQ(nvml.no_gpu(), nvml.nvml.why);
  const auto cuda = ask(asks_nvml() + asks_cuda() + "sleep 600", std::chrono::milliseconds(500));
  EXPECT_EQ(cuda.nvml.answer, DriverAnswer::answered);
  EXPECT_EQ(cuda.driver, "580.65.06");
  EXPECT_EQ(cuda.cuda.answer, DriverAnswer::hung);
  EXPECT_EQ(cuda.cuda.why, "no answer within 0.5 s: cuInit of libcuda.so.1");
}

TEST_F(Devices, EachQuestionHasTheDeadline) {
  std::string slow;
  for (int gpu = 0; gpu < 4; ++gpu) slow += asks_cuda() + "sleep 0.6\n";
  const auto answered = ask(slow + says([](auto& devices) {
                              devices.nvml.answer = DriverAnswer::answered;
                              devices.cuda.answer = DriverAnswer::answered;
                            }),
                            std::chrono::seconds(2));
  EXPECT_EQ(answered.cuda.answer, DriverAnswer::answered);
}

TEST_F(Devices, ALineThatWasNotWrittenWholeDoesNotCount) {
  const auto devices = ask(asks_nvml() + "printf '{\"build\":'; sleep 600", std::chrono::milliseconds(500));
  EXPECT_EQ(devices.nvml.answer, DriverAnswer::hung);
}

TEST_F(Devices, TheLibraryThatWasAskedHasCrashed) {
  const auto devices = ask(asks_nvml() + asks_cuda() + "kill -ABRT $$");
  EXPECT_EQ(devices.cuda.answer, DriverAnswer::crashed);
  EXPECT_EQ(devices.cuda.why, "SIGABRT: cuInit of libcuda.so.1");
}

TEST_F(Devices, AChildThatDoesNotDieIsNamed) {
  pid_t spared = 0;
  const auto devices = ask(asks_nvml() + asks_cuda() + "exec sleep 600", std::chrono::milliseconds(500),
                           [&spared](pid_t session) { spared = session; });
  EXPECT_EQ(devices.cuda.why, "no answer within 0.5 s: cuInit of libcuda.so.1; process " + std::to_string(spared) +
                                  " does not die (state S)");
  process::kill_session(spared);
}

TEST_F(Devices, AProcessHasTheNameThatIsVisibleHere) {
  std::filesystem::create_directories(folder_ / "proc" / "41213");
  std::ofstream(folder_ / "proc" / "41213" / "comm") << "python\n";
  const auto answer = ask(says(
      [](auto& devices) { devices.gpus.emplace_back().processes = {{41213, 7, {}}, {41214, 7, {}}, {0, 7, {}}}; }));
  const auto& processes = answer.gpus.at(0).processes;
  ASSERT_EQ(processes.size(), 3U);
  EXPECT_EQ(processes[0].name, "python");
  EXPECT_EQ(processes[1].name, "");
  EXPECT_EQ(processes[2].name, "");
}

}  // namespace
}  // namespace envguard::runner
