#include "runner/devices.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "codec/devices.hpp"
#include "process/environment.hpp"
#include "process/run.hpp"

namespace envguard::runner {

namespace {

constexpr const char* ask_driver = "nvidia-smi shows whether the driver answers anyone";
constexpr const char* one_build = "install envguard and envguard-engine from one build";
constexpr std::size_t most_told = 400;
constexpr int most_answers = 9;           // of a driver that takes almost its whole deadline for each
constexpr std::size_t longest_name = 64;  // TASK_COMM_LEN of Linux is 16

[[noreturn]] void fault(std::string what, std::string next) {
  throw base::Error(base::ExitCode::could_not_measure, std::move(what), std::move(next));
}

process::Command question(const model::Machine& machine) {
  process::Command command;
  command.argv = {
      machine.engine.string(), "--devices", "--parent", std::to_string(::getpid()), "--nvml", machine.nvml, "--cuda",
      machine.cuda_driver};
  command.directory = "/";
  command.environment = process::without_git(machine.environment);
  // A driver without persistence wakes one GPU after the other, so that it is each answer which has a deadline.
  command.silence = machine.driver_deadline;
  command.deadline = most_answers * machine.driver_deadline;
  return command;
}

/// How the engine ended where it did not end by itself, and the answer that this is; `not_asked`: it did.
struct Ending {
  model::DriverAnswer answer = model::DriverAnswer::not_asked;
  std::string how;
};

Ending ending_of(const process::Result& result) {
  if (result.timed_out) {
    const std::chrono::duration<double> seconds = result.waited;
    return {model::DriverAnswer::hung, fmt::format("no answer within {:g} s", seconds.count())};
  }
  if (result.signal != 0) return {model::DriverAnswer::crashed, process::signal_name(result.signal)};
  return {};
}

/// The last line that the engine wrote whole; empty: it wrote none.
std::string_view last_line(std::string_view text) {
  text = base::trim(text.substr(0, text.rfind('\n') + 1));
  return text.substr(text.rfind('\n') + 1);
}

model::Devices read_line(std::string_view line, const model::Machine& machine) {
  model::Devices devices;
  try {
    devices = codec::read_devices(line);
  } catch (base::Error& error) {
    error.at(base::visible(machine.engine.string())).next_if_none(one_build);
    throw;
  }
  if (devices.build != machine.build) {
    fault("envguard is build " + machine.build + ", " + machine.engine.string() + " is build " +
              base::visible(devices.build),
          one_build);
  }
  return devices;
}

/// The library that was being asked is the first without an answer.
void take_down(model::Devices& devices, const Ending& ending, const std::string& undead) {
  auto& asked = devices.nvml.answer == model::DriverAnswer::not_asked ? devices.nvml : devices.cuda;
  asked.answer = ending.answer;
  asked.why = fmt::format("{}: {}", ending.how, devices.asking);
  if (!undead.empty()) asked.why += "; " + undead;
}

/// Of /proc/PID/comm; empty where the process is not visible from here.
std::string name_of(const model::Machine& machine, std::int64_t pid) {
  if (pid <= 0) return {};
  try {
    const auto text = base::read_file(machine.proc / std::to_string(pid) / "comm", longest_name);
    return text ? std::string(base::trim(*text)) : "";
  } catch (const base::Error&) {
    return {};
  }
}

}  // namespace

model::Devices ask_devices(const model::Machine& machine, const process::Kill& kill) {
  const auto result = process::run_or_leave(question(machine), kill);
  const auto ending = ending_of(result);
  const auto line = last_line(result.out);
  const bool ended_early = ending.answer != model::DriverAnswer::not_asked;
  if (line.empty() && ended_early)
    fault(fmt::format("the engine did not begin to ask the NVIDIA driver: {}", ending.how), ask_driver);
  if (!ended_early && !result.ok()) {
    fault(fmt::format("the engine ended with status {} while it asked the NVIDIA driver: {}", result.exit_code,
                      base::visible(base::trim(result.err).substr(0, most_told))),
          ask_driver);
  }
  auto devices = read_line(line, machine);
  if (ended_early) take_down(devices, ending, result.undead);
  for (auto& gpu : devices.gpus)
    for (auto& process : gpu.processes) process.name = name_of(machine, process.pid);
  return devices;
}

}  // namespace envguard::runner
