#include "cli/measurement.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "compare/faults.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

[[noreturn]] void report_fault(const model::Run& run) {
  if (run.fault) {
    throw Error(ExitCode::could_not_measure, base::visible(run.fault->what), compare::next_step(run.fault->kind));
  }
  for (const auto& probe : run.probes) {
    if (probe.status != model::ProbeStatus::failed) continue;
    throw Error(ExitCode::could_not_measure, fmt::format("probe {} failed: {}", probe.id, base::visible(probe.message)),
                "envguard doctor shows the environment; this says nothing about numerics");
  }
  throw Error(ExitCode::could_not_measure, "a probe gave no answer", "run it again");
}

}  // namespace

void insist_on_whole(const model::Run& run) {
  if (!run.whole()) report_fault(run);
}

model::Run measure_whole(const runner::Runner& runner, const model::Plan& plan, Purse& purse, ProgressLine& progress,
                         const std::string& what, const runner::Variables& step) {
  progress.start(what);
  const runner::Watch watch{.progress = [&](const runner::Progress& at) { progress.show(at); }, .tensor = {}};
  auto run =
      runner.run(plan, std::chrono::milliseconds(static_cast<long long>(purse.left().seconds * 1000)), watch, step);
  purse.spend(run);
  progress.clear();
  insist_on_whole(run);
  return run;
}

model::Fingerprint fingerprint_of(const Subject& subject, const model::Run& run) {
  model::Fingerprint fingerprint;
  fingerprint.device = run.plan.device;
  fingerprint.hardware = run.plan.device.kind == model::DeviceKind::cpu
                             ? model::describe(subject.observed.cpu)
                             : model::describe(subject.observed.gpu.value_or(model::GpuKey{}));
  fingerprint.install = run.plan.install;
  fingerprint.recipe = run.plan.recipe;
  fingerprint.profile = run.plan.profile;
  for (const auto& probe : run.probes) fingerprint.lines.emplace_back(probe.id, probe.line());
  fingerprint.id = model::fingerprint_id(fingerprint.lines);
  fingerprint.knobs = subject.observed.knobs;
  fingerprint.seconds = run.seconds;
  return fingerprint;
}

}  // namespace envguard::cli
