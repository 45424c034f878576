#include "wheels.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>

#include <unistd.h>

#include "base/text.hpp"
#include "codec/build_id.hpp"
#include "process/child.hpp"
#include "process/descriptor.hpp"
#include "recipe/knobs.hpp"
#include "recipe/profile.hpp"
#include "recipe/table.hpp"
#include "runner/plan.hpp"

namespace envguard::engine::test {
namespace {

using std::filesystem::path;
using namespace std::chrono_literals;

path cache() {
  const char* named = std::getenv("ENVGUARD_TEST_TORCH");
  if (named != nullptr && *named != '\0') return named;
  const char* home = std::getenv("HOME");
  return path(home == nullptr ? "/" : home) / ".cache/envguard-test";
}

model::Install install_in(const path& site_packages, const path& prefix, const std::string& version) {
  model::Install install;
  install.root = site_packages / "torch";
  install.library = install.root / "lib";
  install.prefix = prefix;
  install.rule = "test";
  install.version = version;
  if (!std::filesystem::exists(install.library / "libtorch_cpu.so")) {
    throw std::runtime_error(install.library.string() + " has no PyTorch: run ci/fetch-torch");
  }
  return install;
}

std::string drain(const process::Descriptor& descriptor) {
  std::string text;
  while (process::read_available(descriptor.number(), text) == process::Flow::data) {
  }
  return text;
}

}  // namespace

model::Install wheel(const std::string& version) {
  const path prefix = cache() / ("torch-" + version);
  return install_in(prefix / "lib/python3/site-packages", prefix, version);
}

path venv() {
  return cache() / "python-2.11.0";
}

model::Install venv_torch() {
  for (const auto& entry : std::filesystem::directory_iterator(venv() / "lib")) {
    if (entry.is_directory() && entry.path().filename().string().starts_with("python3")) {
      return install_in(entry.path() / "site-packages", venv(), "2.11.0");
    }
  }
  throw std::runtime_error(venv().string() + " has no PyTorch: run ci/fetch-torch");
}

model::EnvironmentMap plain_environment() {
  model::EnvironmentMap environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    const bool chooses_gpus = name == "CUDA_VISIBLE_DEVICES" || name == "CUDA_DEVICE_ORDER";
    if (chooses_gpus || !recipe::is_knob(name)) environment[name] = text.substr(name.size() + 1);
  }
  return environment;
}

std::vector<std::string> cpu_ladder() {
  return recipe::probes(model::DeviceKind::cpu);
}

model::Plan plan_for(const model::Install& install, const std::vector<std::string>& probes) {
  return runner::make_plan(install, {}, model::Profile::strict, probes, {});
}

model::Run measure(const model::Plan& plan, const runner::Watch& watch, const runner::Variables& variables) {
  runner::Setup setup;
  setup.engine = ENGINE;
  setup.build = codec::build_id();
  setup.caller = plain_environment();
  setup.deadlines = {.opening = 300s, .probe = 300s};  // for a sanitizer's engine on a busy machine
  setup.typed = variables;
  return runner::Runner(setup).run(plan, 600s, watch);
}

Conversation talk(const std::vector<std::string>& arguments, const std::string& plan, const path& directory) {
  const process::Descriptor input = process::memory_file("plan", plan);
  const process::Descriptor tensors = process::memory_file("tensors");
  process::Pipe output = process::make_pipe();
  process::Pipe results = process::make_pipe();
  std::vector<std::string> argv{ENGINE};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  auto environment = plain_environment();
  for (const auto& [name, value] : recipe::settings(model::Profile::strict).variables) environment[name] = value;
  process::Child child(
      {argv,
       directory,
       environment,
       {input.number(), output.write.number(), output.write.number(), results.write.number(), tensors.number()}});
  output.write.close();
  results.write.close();
  Conversation conversation;
  std::string text;
  while (!child.exited()) {
    const std::array waited{output.read.number(), results.read.number()};
    child.wait(waited, 1s);
    conversation.printed += drain(output.read);
    text += drain(results.read);
  }
  conversation.printed += drain(output.read);
  text += drain(results.read);
  conversation.status = child.reap().status.value_or(-1);
  for (const auto line : base::split(text, '\n')) {
    if (!line.empty()) conversation.lines.push_back(codec::read_line(line));
  }
  return conversation;
}

std::vector<std::string> spoken() {
  return {"--protocol", std::to_string(codec::protocol_number), "--parent", std::to_string(getpid())};
}

}  // namespace envguard::engine::test
