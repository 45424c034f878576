// The hook's fast path: where nothing needs to be measured it ends here, otherwise it becomes `envguard hook run`.

#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "hook/fast_path.hpp"
#include "hook/manners.hpp"
#include "manifest/surroundings.hpp"
#include "process/find_program.hpp"
#include "process/interrupt.hpp"

namespace {

using namespace envguard;

// bin/envguard of the same installation.
std::filesystem::path beside_this() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../../bin/envguard";
}

model::Machine this_machine() {
  model::Machine machine;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable;
    const auto equals = text.find('=');
    if (equals != std::string::npos) machine.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  machine.directory = std::filesystem::current_path();
  machine.cache = manifest::cache_folder(machine.environment, machine.directory);
  machine.program = beside_this().lexically_normal();
  machine.now = std::chrono::system_clock::now;
  return machine;
}

// The one of the same installation, or else the one on PATH. A machine without either judges nothing.
int run_envguard(const model::Machine& machine, int count, char** arguments) {
  std::vector<char*> command;
  std::string name = "envguard", group = "hook", action = "run";
  command = {name.data(), group.data(), action.data()};
  command.insert(command.end(), arguments + 1, arguments + count);
  command.push_back(nullptr);
  const auto own = beside_this();
  execv(own.c_str(), command.data());
  execv(process::find_program(name, machine.environment, machine.directory).c_str(), command.data());
  std::fputs("envguard: not found beside this hook nor on PATH, so this commit is not judged\n", stderr);
  return 0;
}

int judge(int count, char** arguments) {
  const auto machine = this_machine();
  if (const auto line = hook::skipped(machine.environment)) {
    std::puts(line->c_str());
    return 0;
  }
  const auto pass = [&] {
    const process::Interrupt interrupt;  // gone, with its signal mask, before another program takes over
    auto answer = hook::pass(machine);
    process::Interrupt::throw_if_interrupted();
    return answer;
  }();
  if (pass) {
    if (!pass->line.empty()) std::puts(pass->line.c_str());
    return 0;
  }
  return run_envguard(machine, count, arguments);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return judge(count, arguments);
  } catch (const base::Error& error) {
    std::fprintf(stderr, "envguard: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "envguard: %s\n", error.what());
    return static_cast<int>(base::ExitCode::could_not_measure);
  }
}
