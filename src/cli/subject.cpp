#include "cli/subject.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "compare/gpus.hpp"
#include "compare/places.hpp"
#include "detect/libraries.hpp"
#include "detect/observe.hpp"
#include "diagnosis/diagnosis.hpp"
#include "runner/devices.hpp"
#include "runner/plan.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

trust::Situation situation_of(const Call& call, const Scene& scene) {
  const auto& machine = call.machine;
  trust::Situation situation{.git = git::Git(machine.directory, machine.environment),
                             .top = {},
                             .user = ::geteuid(),
                             .environment = machine.environment,
                             .directory = machine.directory,
                             .engine = machine.engine.parent_path()};
  if (scene.repository) {
    situation.git = scene.repository->git();
    situation.top = scene.top();
  }
  return situation;
}

/// How far up a project's own environment is looked for.
std::filesystem::path highest_folder(const Call& call, const Scene& scene) {
  return scene.repository ? scene.top() : trust::highest_folder(call.machine.directory, call.machine.home, ::geteuid());
}

void add(Subject& subject, trust::Answer answer) {
  subject.seen.merge(answer.seen);
  subject.searched.merge(std::move(answer.searched));
  if (!subject.refusal) subject.refusal = std::move(answer.refusal);
}

/// What the policy has a rule for: beside the names that envguard reads anyway, installed distributions.
std::vector<std::string> distributions_of(const model::Policy& policy) {
  std::vector<std::string> names;
  for (const auto& [name, rule] : policy.versions) names.push_back(name);
  return names;
}

/// The files that the dynamic linker says would load.
std::vector<std::filesystem::path> would_load(const model::Observed& observed) {
  std::vector<std::filesystem::path> files;
  for (const auto& library : observed.libraries)
    if (library.path.is_absolute()) files.push_back(library.path);
  return files;
}

}  // namespace

detect::Discovery discover(const Call& call, const Scene& scene, const model::Environment* environment) {
  return detect::find_install(call.machine, {.torch = call.global.torch,
                                             .environment = environment,
                                             .top = scene.top(),
                                             .highest = highest_folder(call, scene)});
}

detect::Discovery discover_named(const Call& call, const Scene& scene, const std::string& install) {
  return detect::find_install(
      call.machine,
      {.torch = install, .environment = nullptr, .top = scene.top(), .highest = highest_folder(call, scene)});
}

Subject look_at(const Call& call, const Scene& scene, detect::Discovery discovery) {
  Subject subject{.situation = situation_of(call, scene),
                  .observed = {},
                  .seen = {},
                  .searched = {},
                  .no_start = {},
                  .refusal = {}};
  add(subject, trust::may_start(subject.situation));
  subject.no_start = subject.refusal;
  // The dynamic linker maps the files that it is asked about, so trust is asked first.
  if (discovery.install && !subject.refusal)
    add(subject, trust::may_open(*discovery.install, discovery.found_by, subject.situation));
  if (discovery.install && !subject.refusal)
    add(subject, trust::may_load(detect::preloads(*discovery.install), subject.situation));
  subject.observed =
      detect::observe(call.machine, std::move(discovery), !subject.refusal, distributions_of(scene.policy));
  if (subject.observed.install && !subject.refusal)
    add(subject, trust::may_load(would_load(subject.observed), subject.situation));
  return subject;
}

model::Devices ask_devices(const Call& call) {
  return runner::ask_devices(call.machine);
}

namespace {

void insist_on_answers(const model::Devices& devices) {
  for (const auto* library : {&devices.nvml, &devices.cuda}) {
    if (library->answer == model::DriverAnswer::hung || library->answer == model::DriverAnswer::crashed)
      throw Error(ExitCode::could_not_measure, "the NVIDIA driver gave no answer: " + library->why,
                  "nvidia-smi shows whether it answers anyone; envguard doctor says what is known");
  }
}

}  // namespace

model::Devices ask_answering_devices(const Call& call) {
  auto devices = ask_devices(call);
  insist_on_answers(devices);
  return devices;
}

void ask_gpu(const Call& call, Subject& subject, int index) {
  if (subject.no_start) throw trust::untrusted(*subject.no_start);
  insist_on_answers(subject.observed.devices.emplace(ask_devices(call)));
  take_key(subject.observed, index);
}

void take_key(model::Observed& observed, int index) {
  observed.gpu.reset();
  if (!observed.devices) return;
  const auto& gpus = observed.devices->gpus;
  const auto gpu = std::ranges::find(gpus, index, &model::Gpu::index);
  if (gpu != gpus.end()) observed.gpu = gpu->key;
}

std::optional<std::string> no_such_gpu(const model::Observed& observed, int index) {
  if (observed.gpu) return std::nullopt;
  const auto& devices = observed.devices.value_or(model::Devices{});
  const auto number = model::Device{model::DeviceKind::cuda, index}.text();
  if (!devices.gpus.empty())
    return fmt::format("{} is not there: the driver shows {} GPU(s), cuda:0 to cuda:{}", number, devices.gpus.size(),
                       devices.gpus.size() - 1);
  return fmt::format("{} is not there: {}", number, compare::why_no_gpu(devices));
}

bool built_with_cuda(const model::Observed& observed) {
  return std::ranges::find(observed.build, std::pair<std::string, std::string>("cuda", "none")) == observed.build.end();
}

std::vector<model::Finding> findings_of(const Call& call, const model::Observed& observed) {
  auto findings = diagnosis::weighed(observed);
  auto more = diagnosis::findings(observed, model::utc_day(call.machine.now()));
  std::ranges::move(more, std::back_inserter(findings));
  std::ranges::stable_sort(findings, std::greater<>{}, &model::Finding::severity);
  return findings;
}

namespace {

/// Where nobody named the CPU, a machine with a GPU is told why it is measured.
void say_why_the_cpu(const Call& call, const model::Observed& observed) {
  if (call.global.quiet || !compare::shows_nvidia(observed)) return;
  const auto why = observed.gpu ? fmt::format("torch {} is built without CUDA", observed.install->version)
                                : compare::why_no_gpu(*observed.devices);
  call.streams.err << fmt::format("envguard: this measures the CPU, no GPU: {}\n", base::visible(why)) << std::flush;
}

}  // namespace

model::Device pick_device(const Call& call, Subject& subject, std::optional<model::Device> wanted) {
  if (wanted && wanted->kind == model::DeviceKind::cpu) return *wanted;
  auto gpu = wanted.value_or(model::Device{model::DeviceKind::cuda, 0});
  ask_gpu(call, subject, gpu.index);
  auto& observed = subject.observed;
  if (!wanted && (!observed.gpu || !built_with_cuda(observed))) {
    say_why_the_cpu(call, observed);
    return {};
  }
  if (!wanted) {
    gpu.index = compare::best_of(observed.devices->gpus, *observed.gpu).value_or(0);
    return gpu;
  }
  constexpr const char* instead = "envguard doctor says what was found; --device cpu measures the CPU";
  if (const auto why = no_such_gpu(observed, gpu.index)) throw Error(ExitCode::not_judged, *why, instead);
  if (!built_with_cuda(observed))
    throw Error(ExitCode::not_judged,
                fmt::format("torch {} is built without CUDA: it computes on no GPU", observed.install->version),
                instead);
  return gpu;
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
    for (const auto& gpu : subject.observed.devices->gpus) setup.gpu_uuids.emplace(gpu.index, gpu.uuid);
  return runner::Runner(std::move(setup));
}

model::Plan make_plan(const Subject& subject, model::Device device, const std::vector<std::string>& probes) {
  const auto& install = install_to_open(subject);
  return runner::make_plan(install, device, model::Profile::strict, probes, detect::preloads(install));
}

}  // namespace envguard::cli
