#include "cli/judging.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/subject.hpp"
#include "compare/choose.hpp"
#include "inquiry/judge.hpp"
#include "lockfile/evidence.hpp"
#include "lockfile/lock.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

/// The locks that could be read, and a judgement for each that could not.
struct ReadLocks {
  std::vector<model::Baseline> baselines;
  std::vector<model::Judgement> unreadable;
};

model::Baseline baseline_of(const repository::LockFile& file, const std::string& source) {
  model::Baseline baseline;
  baseline.lock = lockfile::parse_lock(file.text, file.place);
  baseline.source = source;
  auto evidence = lockfile::check_evidence(baseline.lock, file.evidence);
  if (auto* table = std::get_if<model::EvidenceTable>(&evidence)) {
    baseline.evidence = std::move(*table);
  } else {
    baseline.evidence_note = std::get<lockfile::EvidenceProblem>(evidence).what;
  }
  return baseline;
}

ReadLocks read(const repository::LockSet& locks, const std::string& source, const std::string& target) {
  ReadLocks result;
  for (const auto& file : locks.locks) {
    if (!target.empty() && file.target != target) continue;
    try {
      result.baselines.push_back(baseline_of(file, source));
    } catch (const Error& error) {
      result.unreadable.push_back(compare::judgement_of(error, file.environment, file.target));
    }
  }
  return result;
}

bool wants_gpu(const ReadLocks& locks, const Question& question) {
  if (question.device) return question.device->kind == model::DeviceKind::cuda;
  return std::ranges::any_of(locks.baselines, [](const auto& baseline) {
    return model::device_kind(baseline.lock.key) == model::DeviceKind::cuda;
  });
}

/// One environment's inquest: what is shared by all of its locks.
class Inquest {
 public:
  Inquest(const Call& call, const Scene& scene, const model::Environment& environment, const Question& question,
          Purse& purse, Keeper& keeper)
      : call_(call), scene_(scene), environment_(environment), question_(question), purse_(purse), keeper_(keeper) {}

  std::vector<model::Judgement> judge(const ReadLocks& locks, Subject& subject) {
    std::vector<model::Lock> candidates;
    for (const auto& baseline : locks.baselines) candidates.push_back(baseline.lock);
    if (wants_gpu(locks, question_)) ask_gpu(call_, subject, question_.device ? question_.device->index : 0);
    const compare::Wanted wanted{question_.device ? std::optional(question_.device->kind) : std::nullopt,
                                 question_.target};
    const auto chosen = compare::choose(candidates, subject.observed, wanted);
    if (chosen.empty()) return {compare::not_locked_here(candidates, subject.observed, wanted)};
    std::vector<model::Judgement> judgements;
    for (const auto index : chosen) judgements.push_back(judge_one(locks.baselines[index], subject));
    return judgements;
  }

  [[nodiscard]] const std::vector<model::Run>& runs() const { return runs_; }
  [[nodiscard]] bool measured() const { return measured_; }

 private:
  model::Judgement judge_one(const model::Baseline& baseline, const Subject& subject) {
    const auto kind = model::device_kind(baseline.lock.key);
    const model::Device device{kind, question_.device && kind == model::DeviceKind::cuda ? question_.device->index : 0};
    if (!subject.observed.install)
      return compare::judgement_of(no_torch(subject), environment_.name, baseline.lock.target);
    if (subject.refusal) {
      return compare::judgement_of(trust::untrusted(*subject.refusal), environment_.name, baseline.lock.target);
    }
    const auto plan = make_plan(subject, device, {});
    const auto runner = make_runner(call_, subject);
    ProgressLine progress(call_);
    EngineLaboratory engine(runner, plan, purse_, progress);
    KeptLaboratory laboratory(engine, plan, keeper_.cache(), call_.machine.build, keeper_.kept_state());
    auto judgement = inquiry::judge(baseline, scene_.policy, subject.observed, laboratory);
    note_time(judgement, laboratory);
    runs_.insert(runs_.end(), laboratory.runs().begin(), laboratory.runs().end());
    measured_ = measured_ || laboratory.measured();
    return judgement;
  }

  static Error no_torch(const Subject& subject) {
    try {
      static_cast<void>(install_to_open(subject));
    } catch (const Error& error) {
      return error;
    }
    return {ExitCode::not_judged, "no PyTorch was found"};
  }

  void note_time(model::Judgement& judgement, const KeptLaboratory& laboratory) const {
    const auto kept = keeper_.kept_time();
    judgement.kept = !laboratory.measured() && !laboratory.runs().empty();
    judgement.measured = model::utc_time(judgement.kept && kept ? *kept : call_.machine.now());
  }

  const Call& call_;
  const Scene& scene_;
  const model::Environment& environment_;
  const Question& question_;
  Purse& purse_;
  Keeper& keeper_;
  std::vector<model::Run> runs_;
  bool measured_ = false;
};

std::vector<manifest::Input> inputs_of(const Scene& scene, const repository::LockSet& locks) {
  auto inputs = scene.policy_file ? scene.policy_file->inputs : std::vector<manifest::Input>{};
  inputs.insert(inputs.end(), locks.inputs.begin(), locks.inputs.end());
  return inputs;
}

}  // namespace

model::Verdict judge(const Call& call, const Scene& scene, const model::Environment& environment,
                     const repository::LockSet& locks, const Question& question, Purse& purse) {
  Keeper keeper(call, scene, environment.name, question.keeping);
  const auto inputs = inputs_of(scene, locks);
  if (auto kept = keeper.find(inputs)) return *std::move(kept);

  auto discovery = discover(call, scene, &environment);
  keeper.begin(discovery.sightings);
  auto subject = look_at(call, scene, std::move(discovery));
  const auto readable = read(locks, question.source.empty() ? scene.source.text() : question.source, question.target);
  auto judgements = readable.unreadable;
  Inquest inquest(call, scene, environment, question, purse, keeper);
  if (!readable.baselines.empty() || readable.unreadable.empty()) {
    const auto judged = inquest.judge(readable, subject);
    judgements.insert(judgements.end(), judged.begin(), judged.end());
  }
  for (auto& judgement : judgements) judgement = compare::settle(std::move(judgement), scene.policy, question.context);
  auto verdict = compare::combine(subject.observed.install, std::move(judgements), subject.observed.findings);
  keeper.keep(verdict, inputs, inquest.runs(), inquest.measured());
  return verdict;
}

}  // namespace envguard::cli
