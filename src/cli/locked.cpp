#include "cli/locked.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "cli/kept.hpp"
#include "cli/laboratory.hpp"
#include "cli/progress.hpp"
#include "cli/read_lock.hpp"
#include "compare/classify.hpp"
#include "compare/lock.hpp"
#include "recipe/table.hpp"

namespace envguard::cli {

namespace {

/// Strict and as-is, both whole.
std::array<model::Run, 2> run_here(const Call& call, const Scene& scene, const std::string& environment,
                                   const Subject& subject, model::Device device, Purse& purse) {
  const Keeper keeper(call, scene, environment, Keeping::runs);
  const auto plan = make_plan(subject, device, {});
  const auto runner = make_runner(call, subject);
  ProgressLine progress(call);
  GpuGate gate(call, device, subject.observed.devices);
  EngineLaboratory engine(runner, plan, {}, gate, purse, progress);
  KeptLaboratory laboratory(engine, keeper.cache(), call.machine.build, keeper.kept_state());
  const auto measure = [&](model::Profile profile) {
    auto run = laboratory.measure({recipe::probes(device.kind, profile), profile});
    insist_on_whole(run);
    return run;
  };
  return {measure(model::Profile::strict), measure(model::Profile::as_is)};
}

}  // namespace

Locked locked(const std::string& text, const std::string& place, const std::optional<std::string>& evidence) {
  auto read = read_lock(text, place, evidence);
  return {std::move(read.lock), std::move(read.evidence)};
}

Locked locked_here(const Call& call, const Scene& scene, const Subject& subject, model::Device device,
                   const model::Lock& like, Purse& purse) {
  const auto runs = run_here(call, scene, like.environment, subject, device, purse);
  model::EvidenceTable evidence;
  for (const auto& run : runs) {
    std::ranges::move(compare::evidence_of(run).records, std::back_inserter(evidence.records));
  }
  const compare::LockQuestion question{.environment = like.environment,
                                       .target = like.target,
                                       .device = device,
                                       .reason = {},
                                       .runs = 1,
                                       .refresh = false,
                                       .writes = false,
                                       .today = {}};
  return {compare::lock_of(subject.observed, scene.policy, runs[0], &runs[1], question, like.quarantined),
          std::move(evidence)};
}

}  // namespace envguard::cli
