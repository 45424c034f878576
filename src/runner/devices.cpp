#include "runner/devices.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/devices.hpp"
#include "process/environment.hpp"
#include "process/run.hpp"

namespace envguard::runner {

namespace {

[[noreturn]] void fault(std::string what, std::string next) {
  throw base::Error(base::ExitCode::could_not_measure, std::move(what), std::move(next));
}

constexpr const char* ask_driver = "nvidia-smi shows whether the driver answers anyone";
constexpr const char* one_build = "install envguard and envguard-engine from one build";

/// The last line that the engine wrote whole.
model::Devices read_answer(std::string_view text, const std::filesystem::path& engine) {
  text = text.substr(0, text.rfind('\n') + 1);
  try {
    return codec::read_devices(base::trim(text.substr(base::trim(text).rfind('\n') + 1)));
  } catch (base::Error& error) {
    error.at(base::visible(engine.string())).next_if_none(one_build);
    throw;
  }
}

}  // namespace

model::Devices ask_devices(const std::filesystem::path& engine, const std::string& build, const std::string& nvml,
                           const std::string& cuda, const model::EnvironmentMap& caller,
                           std::chrono::milliseconds deadline) {
  process::Command command;
  command.argv = {engine.string(), "--devices", "--nvml", nvml, "--cuda", cuda};
  command.directory = "/";
  command.environment = process::without_git(caller);
  command.deadline = deadline;
  const auto result = process::run(command);
  if (result.timed_out) {
    const std::chrono::duration<double> seconds = deadline;
    fault(fmt::format("the NVIDIA driver did not answer within {:g} s", seconds.count()), ask_driver);
  }
  if (result.signal != 0) {
    fault("the engine died of " + process::signal_name(result.signal) + " while it asked the NVIDIA driver",
          ask_driver);
  }
  if (!result.ok()) {
    fault(fmt::format("the engine ended with status {} while it asked the NVIDIA driver: {}", result.exit_code,
                      base::visible(base::trim(result.err).substr(0, 400))),
          ask_driver);
  }
  auto devices = read_answer(result.out, engine);
  if (devices.build != build) {
    fault("envguard is build " + build + ", " + engine.string() + " is build " + base::visible(devices.build),
          one_build);
  }
  return devices;
}

}  // namespace envguard::runner
