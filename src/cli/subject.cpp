#include "cli/subject.hpp"

#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "detect/libraries.hpp"
#include "detect/linker.hpp"
#include "detect/observe.hpp"
#include "runner/devices.hpp"
#include "runner/plan.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

constexpr std::chrono::seconds device_deadline{10};

trust::Situation situation_of(const Call& call, const Scene& scene) {
  if (!scene.repository) {
    return {.git = git::Git(call.machine.directory, call.machine.environment), .top = {}, .user = ::geteuid()};
  }
  return {.git = scene.repository->git(), .top = scene.top(), .user = ::geteuid()};
}

/// What the policy has a rule for: beside the names that envguard reads anyway, installed distributions.
std::vector<std::string> distributions_of(const model::Policy& policy) {
  std::vector<std::string> names;
  for (const auto& [name, rule] : policy.versions) names.push_back(name);
  return names;
}

/// Every file that opening the install would bring into the engine, as far as the linker tells.
std::vector<std::filesystem::path> loaded_with(const model::Machine& machine, const model::Observed& observed) {
  auto files = detect::preloads(*observed.install);
  for (const auto& entry : detect::preloaded(machine))
    if (entry.is_absolute()) files.push_back(entry);
  for (const auto& library : observed.libraries)
    if (library.path.is_absolute()) files.push_back(library.path);
  return files;
}

}  // namespace

detect::Discovery discover(const Call& call, const Scene& scene, const model::Environment* environment) {
  return detect::find_install(call.machine,
                              {.torch = call.global.torch, .environment = environment, .top = scene.top()});
}

detect::Discovery discover_named(const Call& call, const Scene& scene, const std::string& install) {
  return detect::find_install(call.machine, {.torch = install, .environment = nullptr, .top = scene.top()});
}

Subject look_at(const Call& call, const Scene& scene, detect::Discovery discovery) {
  Subject subject;
  const bool named_by_policy = discovery.named_by_policy;
  subject.observed = detect::observe(call.machine, std::move(discovery), true, distributions_of(scene.policy));
  if (!subject.observed.install) return subject;
  const auto situation = situation_of(call, scene);
  subject.refusal = trust::may_open(*subject.observed.install, named_by_policy, situation);
  if (!subject.refusal) subject.refusal = trust::may_load(loaded_with(call.machine, subject.observed), situation);
  return subject;
}

void ask_gpu(const Call& call, Subject& subject, int index) {
  const auto& machine = call.machine;
  subject.observed.devices = runner::ask_devices(machine.engine, machine.build, machine.nvml, machine.cuda_driver,
                                                 machine.environment, device_deadline);
  const auto& gpus = subject.observed.devices->gpus;
  const auto at = static_cast<std::size_t>(index);
  if (at < gpus.size()) subject.observed.gpu = gpus[at].key;
}

model::Device pick_device(const Call& call, Subject& subject, std::optional<model::Device> wanted) {
  if (wanted && wanted->kind == model::DeviceKind::cpu) return *wanted;
  const model::Device gpu = wanted.value_or(model::Device{model::DeviceKind::cuda, 0});
  ask_gpu(call, subject, gpu.index);
  if (subject.observed.gpu) return gpu;
  if (!wanted) return {};
  const auto& devices = *subject.observed.devices;
  throw Error(ExitCode::not_judged,
              fmt::format("{} is not there: {}", gpu.text(),
                          devices.gpus.empty() ? devices.no_gpu()
                                               : fmt::format("the driver shows {} GPU(s)", devices.gpus.size())),
              "envguard doctor says what was found; --device cpu measures the CPU");
}

const model::Install& install_to_open(const Subject& subject) {
  if (!subject.observed.install) {
    std::string passed;
    for (const auto& candidate : subject.observed.passed_over) passed += "\n    " + candidate;
    throw Error(ExitCode::not_judged, "no PyTorch was found" + (passed.empty() ? "" : "; passed over:" + passed),
                name_a_torch);
  }
  if (subject.refusal) throw trust::untrusted(*subject.refusal);
  return *subject.observed.install;
}

runner::Runner make_runner(const Call& call, const Subject& subject) {
  runner::Setup setup;
  setup.engine = call.machine.engine;
  setup.build = call.machine.build;
  setup.caller = call.machine.environment;
  setup.directory = call.machine.directory;
  setup.cache = call.machine.cache;
  if (subject.observed.devices)
    for (const auto& gpu : subject.observed.devices->gpus) setup.gpu_uuids.push_back(gpu.uuid);
  return runner::Runner(std::move(setup));
}

model::Plan make_plan(const Subject& subject, model::Device device, const std::vector<std::string>& probes) {
  const auto& install = install_to_open(subject);
  return runner::make_plan(install, device, model::Profile::strict, probes, detect::preloads(install));
}

}  // namespace envguard::cli
