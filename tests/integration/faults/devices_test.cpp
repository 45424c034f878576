#include "runner/devices.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace envguard::runner {
namespace {

/// An engine that does what the script does when it is asked for devices.
class Devices : public testing::Test {
 protected:
  Devices() {
    folder_ = testing::TempDir() + "/devices-" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
  }
  ~Devices() override { std::filesystem::remove_all(folder_); }

  model::Devices ask(const std::string& script, std::chrono::milliseconds deadline = std::chrono::seconds(30)) {
    const auto engine = folder_ / "engine";
    std::ofstream(engine) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(engine, std::filesystem::perms::owner_all);
    return ask_devices(engine, "b", "/none/nvml", "/none/cuda", {{"PATH", "/usr/bin:/bin"}, {"ENVGUARD_X", "1"}},
                       deadline);
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

TEST_F(Devices, GetsPathsAndNoneOfOurVariables) {
  const auto devices = ask(
      R"(echo "{\"build\":\"b\",\"nvml\":{\"answer\":\"failed\",\"why\":\"$*\",\"path\":\"\"},\"cuda\":{\"answer\":\"failed\",\"why\":\"[$ENVGUARD_X]\",\"path\":\"\"},\"driver\":\"\",\"cuda_version\":\"\",\"gpus\":[],\"hidden\":[],\"asking\":\"\"}")");
  EXPECT_EQ(devices.nvml.why, "--devices --nvml /none/nvml --cuda /none/cuda");
  EXPECT_EQ(devices.no_gpu(), "[]");
  EXPECT_TRUE(devices.gpus.empty());
}

TEST_F(Devices, EachFaultIsNamed) {
  EXPECT_EQ(refusal("sleep 600", std::chrono::milliseconds(300)), "the NVIDIA driver did not answer within 0.3 s");
  EXPECT_EQ(refusal("kill -SEGV $$"), "the engine died of SIGSEGV while it asked the NVIDIA driver");
  EXPECT_EQ(refusal("echo oops >&2; exit 3"), "the engine ended with status 3 while it asked the NVIDIA driver: oops");
  EXPECT_EQ(refusal("echo rubbish"), "not JSON: \"rubbish\\x0a\"");
  EXPECT_EQ(refusal(R"(echo '{"build":"c","nvml":{"answer":"failed","why":"","path":""},"cuda":{"answer":"failed","why":"","path":""},"driver":"","cuda_version":"","gpus":[],"hidden":[],"asking":""}')").substr(0, 20),
            "envguard is build b,");
}

}  // namespace
}  // namespace envguard::runner
