// envguard-under-test DESCRIPTION ARGUMENT…: envguard on a machine that a JSON file describes. What the file leaves out
// is as it really is: {"engine": "/…/fake-engine", "proc": "/…/proc", "now": 1795393020, "environment": {"HOME":
// "/…"}}.

#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include "cli/real_machine.hpp"
#include "cli/run.hpp"
#include "process/interrupt.hpp"

namespace {

using envguard::model::Machine;
using nlohmann::json;

void take(const json& description, const char* name, std::filesystem::path& path) {
  if (description.contains(name)) path = description.at(name).get<std::string>();
}

Machine described(const json& description) {
  auto machine = envguard::cli::real_machine();
  // This program lies in a folder of its own, so the programs beside envguard have to be named.
  const std::filesystem::path build = machine.program.parent_path().parent_path();
  machine.engine = build / "libexec" / "envguard" / "envguard-engine";
  machine.hook = build / "libexec" / "envguard" / "envguard-hook";
  take(description, "home", machine.home);
  take(description, "sys", machine.sys);
  take(description, "proc", machine.proc);
  take(description, "etc", machine.etc);
  take(description, "dev", machine.dev);
  take(description, "local", machine.local);
  take(description, "loader", machine.loader);
  take(description, "engine", machine.engine);
  take(description, "hook", machine.hook);
  take(description, "cache", machine.cache);
  take(description, "gpu_locks", machine.gpu_locks);
  machine.left_out = description.value("left_out", std::vector<std::string>());
  machine.nvml = description.value("nvml", machine.nvml);
  machine.cuda_driver = description.value("cuda", machine.cuda_driver);
  machine.build = description.value("build", machine.build);
  if (description.contains("driver_deadline_ms"))
    machine.driver_deadline = std::chrono::milliseconds(description.at("driver_deadline_ms").get<int>());
  if (description.contains("environment")) machine.environment = description.at("environment");
  if (description.contains("system_libraries")) {
    machine.system_libraries.clear();
    for (const auto& folder : description.at("system_libraries"))
      machine.system_libraries.emplace_back(folder.get<std::string>());
  }
  if (description.contains("now")) {
    const auto now = std::chrono::system_clock::from_time_t(description.at("now").get<std::time_t>());
    machine.now = [now] { return now; };
  }
  return machine;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: envguard-under-test DESCRIPTION ARGUMENT...\n";
    return 2;
  }
  const envguard::process::Interrupt interrupt;
  std::ifstream file(argv[1]);
  const auto machine = described(json::parse(file));
  const std::vector<std::string> arguments(argv + 2, argv + argc);
  const envguard::cli::Streams streams{.in = std::cin,
                                       .out = std::cout,
                                       .err = std::cerr,
                                       .in_is_terminal = false,
                                       .out_is_terminal = false,
                                       .err_is_terminal = false,
                                       .width = 80};
  return envguard::cli::run(arguments, machine, streams);
}
