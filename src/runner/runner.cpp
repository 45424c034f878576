#include "runner/runner.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include <unistd.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "process/awake_clock.hpp"
#include "recipe/table.hpp"
#include "runner/attempt.hpp"
#include "runner/environment.hpp"

namespace envguard::runner {

namespace {

using Kind = model::Fault::Kind;

constexpr int most_resumptions = 3;

std::string unit_of(const std::string& probe) {
  const auto* definition = recipe::find(probe);
  return definition == nullptr ? probe : definition->unit;
}

/// The probes of the units that none of `run` has begun to answer.
std::vector<std::string> unanswered_units(const model::Run& run) {
  std::set<std::string> begun;
  for (const auto& probe : run.probes) begun.insert(unit_of(probe.id));
  std::vector<std::string> left;
  std::ranges::copy_if(run.plan.probes, std::back_inserter(left),
                       [&](const auto& id) { return !begun.contains(unit_of(id)); });
  return left;
}

model::Fault cuda_error(const model::Run& run) {
  const auto failed = std::ranges::find(run.probes.rbegin(), run.probes.rend(), model::ProbeStatus::failed,
                                        &model::ProbeResult::status);
  if (failed == run.probes.rend()) return {Kind::cuda_error, "a CUDA error ended the engine", ""};
  return {Kind::cuda_error, "a CUDA error in " + failed->id + ": " + base::visible(failed->message), failed->id};
}

/// The first fault names the probe with which it began; of a later one its words alone are kept.
void add(std::optional<model::Fault>& fault, model::Fault later) {
  if (!fault) {
    fault = std::move(later);
  } else if (later.kind != fault->kind) {
    fault->what += "; then " + later.what;
    if (later.kind == Kind::will_not_die) fault->kind = later.kind;  // a process is left
  }
}

/// What a later process of the same plan answered, added to what the earlier ones did.
void append(model::Run& run, model::Run later) {
  run.resumed = true;
  std::ranges::move(later.probes, std::back_inserter(run.probes));
  for (auto& library : later.libraries) {
    if (std::ranges::find(run.libraries, library) == run.libraries.end()) run.libraries.push_back(std::move(library));
  }
  for (auto& version : later.versions) {
    if (std::ranges::find(run.versions, version) == run.versions.end()) run.versions.push_back(std::move(version));
  }
  if (run.asked && later.asked) {
    std::vector<std::string> both;
    std::ranges::set_union(*run.asked, *later.asked, std::back_inserter(both));
    run.asked = std::move(both);
  } else {
    run.asked.reset();
  }
  Tail output(base::limits::child_output_bytes);
  output.add(run.output);
  output.add(later.output);
  run.output = output.text();
  if (later.fault) add(run.fault, *std::move(later.fault));
}

}  // namespace

Runner Runner::with_typed(Variables typed) const {
  auto setup = setup_;
  setup.typed = std::move(typed);
  return Runner(std::move(setup));
}

model::Run Runner::run(const model::Plan& plan, std::chrono::milliseconds deadline, const Watch& watch,
                       const Variables& step) const {
  process::AwakeClock clock;
  const auto environment = engine_environment(setup_, plan, step);
  model::Run run;
  if (::access(setup_.engine.c_str(), X_OK) != 0) {
    run.fault = {Kind::engine_missing, setup_.engine.string() + " is not there, or cannot be executed", ""};
  } else {
    run = measure(as_seen_by_engine(setup_, plan), environment, clock, deadline, watch);
  }
  run.plan = plan;
  run.environment = environment.origins;
  run.seconds = std::chrono::duration<double>(clock.read()).count();
  if (setup_.examine) setup_.examine(run);
  return run;
}

model::Run Runner::measure(const model::Plan& plan, const process::Environment& environment, process::AwakeClock& clock,
                           std::chrono::milliseconds deadline, const Watch& watch) const {
  model::Run run;
  auto part = plan;
  for (int processes = 0; processes <= most_resumptions && !part.probes.empty(); ++processes) {
    Attempt attempt(setup_, part, environment, watch);
    attempt.listen(clock, deadline);
    auto answer = attempt.take();
    const bool stopped = attempt.stopped() && !answer.fault;
    const bool resumable = stopped && plan.perturb.empty();
    if (stopped) answer.fault = cuda_error(answer);
    if (processes == 0) {
      run = std::move(answer);
    } else {
      append(run, std::move(answer));
    }
    if (!resumable) break;
    run.plan = plan;
    part.probes = unanswered_units(run);
  }
  return run;
}

}  // namespace envguard::runner
