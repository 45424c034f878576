#include "cli/kept.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "codec/verdict.hpp"
#include "compare/keep.hpp"
#include "compare/outcome.hpp"
#include "report/verdict.hpp"
#include "runner/plan.hpp"

namespace envguard::cli {

namespace {

/// Runs of one judgement differ by nothing but their order: the first, the one that confirmed it …
base::Hash128 nth(const base::Hash128& state, std::size_t index) {
  return base::Hasher().bytes(state.bytes()).number(index).digest();
}

/// A measurement that says this machine may not compute what it did.
bool casts_doubt(const model::Verdict& verdict) {
  using enum model::Outcome;
  return std::ranges::any_of(verdict.judgements, [](const auto& judgement) {
    return judgement.outcome == numeric_drift || judgement.outcome == unstable || judgement.outcome == transient ||
           compare::saw_a_difference(judgement);
  });
}

/// Nothing where an engine could not tell all that was asked for: what such a run rests on is not known.
std::optional<manifest::Opened> opened_by(const std::vector<std::vector<model::Run>>& runs) {
  manifest::Opened opened;
  for (const auto& of_one : runs)
    for (const auto& run : of_one) {
      if (!run.asked) return std::nullopt;
      opened.mapped.insert(opened.mapped.end(), run.libraries.begin(), run.libraries.end());
      opened.asked.insert(opened.asked.end(), run.asked->begin(), run.asked->end());
    }
  return opened;
}

}  // namespace

model::Run KeptLaboratory::measure(const compare::Measure& wanted) {
  if (wanted.step != compare::Step{} || !wanted.perturb.empty()) {
    measured_ = true;
    return engine_.measure(wanted);
  }
  auto plan = engine_.plan();
  plan.probes = wanted.probes;
  if (wanted.profile != plan.profile) plan = runner::under(wanted.profile, std::move(plan));
  if (state_) {
    if (auto run = cache_.find(plan, build_, nth(*state_, runs_.size()))) {
      used_kept_ = true;
      runs_.push_back(*run);
      return *std::move(run);
    }
  }
  measured_ = true;
  runs_.push_back(engine_.measure(wanted));
  return runs_.back();
}

Keeper::Keeper(const Call& call, const Scene& scene, std::string environment, Keeping keeping)
    : call_(call), scene_(scene), environment_(std::move(environment)), keeping_(keeping), cache_(call.machine.cache) {
  if (!scene.repository || call.machine.cache.empty()) keeping_ = Keeping::nothing;
  if (scene.repository) store_.emplace(call.machine.cache, scene.top());
  if (keeping_ != Keeping::nothing) kept_ = store_->find(environment_);
}

bool Keeper::usable() const {
  return keeping_ != Keeping::nothing && kept_.has_value();
}

std::optional<model::Verdict> Keeper::find(const std::vector<manifest::Input>& inputs) const {
  if (!usable() || keeping_ != Keeping::runs_and_verdict) return std::nullopt;
  return kept_verdict(inputs, call_.machine.now());
}

std::optional<model::Verdict> Keeper::find_stand_in(const std::vector<manifest::Input>& inputs) const {
  if (!usable() || keeping_ == Keeping::runs) return std::nullopt;
  return kept_verdict(inputs, kept_->measured);  // asked for at its own time, its age does not count
}

std::optional<model::Verdict> Keeper::kept_verdict(const std::vector<manifest::Input>& inputs,
                                                   manifest::Time now) const {
  if (manifest::outdated(*kept_, inputs, call_.machine, now)) return std::nullopt;
  try {
    auto verdict = codec::read_verdict(kept_->text);
    if (compare::rests_on_an_ended_allowance(verdict, model::utc_day(call_.machine.now()))) return std::nullopt;
    for (auto& judgement : verdict.judgements) judgement.kept = true;
    return verdict;
  } catch (const base::Error&) {
    return std::nullopt;  // what another version kept is absent
  }
}

std::optional<base::Hash128> Keeper::kept_state() const {
  if (!usable()) return std::nullopt;
  const auto now = call_.machine.now();
  if (now < kept_->measured || now - kept_->measured > scene_.policy.cache_for) return std::nullopt;
  if (manifest::changed(kept_->state, call_.machine)) return std::nullopt;
  return kept_->state.digest();
}

std::optional<manifest::Time> Keeper::kept_time() const {
  return kept_ ? std::optional(kept_->measured) : std::nullopt;
}

void Keeper::begin() {
  started_ = call_.machine.now();
}

void Keeper::rest_on(const model::Observed& observed, const trust::Searched& searched) {
  if (keeping_ == Keeping::nothing) return;
  const auto& machine = call_.machine;
  auto sightings = observed.sightings;
  for (const auto& library : observed.libraries)
    if (library.path.is_absolute()) sightings.push_back({library.path, true});
  if (observed.install) sightings.push_back({observed.install->library, true});
  before_ = manifest::look(machine, {.sightings = std::move(sightings),
                                     .programs = {machine.program, machine.engine, machine.hook},
                                     .folders = searched.folders,
                                     .links = searched.links});
}

void Keeper::keep(const model::Verdict& verdict, const std::vector<manifest::Input>& inputs, const Basis& basis) const {
  const auto& runs = basis.runs;
  if (basis.measured && store_ && casts_doubt(verdict)) store_->drop(environment_);
  if (keeping_ != Keeping::runs_and_verdict || runs.empty() || basis.on_mig || basis.leaves_gpus_out ||
      !compare::may_be_kept(verdict))
    return;
  const auto opened = opened_by(runs);
  if (!opened) return;
  const auto when = basis.used_kept && kept_ ? kept_->measured : started_;
  const auto state = manifest::complete(before_, call_.machine, *opened, when);
  if (!state) return;
  for (const auto& of_one : runs)
    for (std::size_t index = 0; index < of_one.size(); ++index)
      cache_.keep(of_one[index], call_.machine.build, nth(state->digest(), index));
  store_->keep(manifest::Manifest{.environment = environment_,
                                  .inputs = inputs,
                                  .state = *state,
                                  .measured = when,
                                  .cache_for = scene_.policy.cache_for,
                                  .outcome = std::string(model::name(verdict.outcome)),
                                  .exit_code = static_cast<int>(verdict.exit_code),
                                  .line = report::kept_line(verdict),
                                  .text = codec::write_verdict(verdict)});
}

}  // namespace envguard::cli
