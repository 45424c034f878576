#include "cli/judging.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/memory.hpp"
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

/// `lone`: the file of --lock, which may lie anywhere under any name.
model::Baseline baseline_of(const repository::LockFile& file, const std::string& source, bool lone) {
  model::Baseline baseline;
  baseline.lock = lockfile::parse_lock(file.text, file.place);
  if (!lone) lockfile::check_place(baseline.lock, file.environment, file.target, file.place);
  baseline.source = source;
  auto evidence = lockfile::check_evidence(baseline.lock, file.evidence);
  if (auto* table = std::get_if<model::EvidenceTable>(&evidence)) {
    baseline.evidence = std::move(*table);
  } else {
    baseline.evidence_note =
        std::get<lockfile::EvidenceProblem>(evidence).what + "; with nothing moved, envguard lock writes it again";
  }
  return baseline;
}

ReadLocks read(const repository::LockSet& locks, const Scene& scene, const Question& question) {
  ReadLocks result;
  const bool lone = !question.source.empty();
  for (const auto& file : locks.locks) {
    if (!question.target.empty() && file.target != question.target) continue;
    try {
      result.baselines.push_back(baseline_of(file, lone ? question.source : scene.source.text(), lone));
    } catch (const Error& error) {
      result.unreadable.push_back(compare::judgement_of(error, file.environment, file.target));
    }
  }
  return result;
}

/// What ends the command, whatever else there is to judge.
bool ends_all(const Error& error) {
  return error.code() == ExitCode::interrupted || error.code() == ExitCode::usage;
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
      : call_(call), scene_(scene), environment_(environment), question_(question), purse_(purse), keeper_(keeper) {
    if (question.against.empty()) return;
    against_ = look_at(call, scene, discover_named(call, scene, question.against));
    static_cast<void>(install_to_open(*against_));
  }

  std::vector<model::Judgement> judge(const ReadLocks& locks, Subject& subject) {
    std::vector<model::Lock> candidates;
    for (const auto& baseline : locks.baselines) candidates.push_back(baseline.lock);
    auto judgements = without_gpus(locks, subject);
    const compare::Wanted wanted{question_.device ? std::optional(question_.device->kind) : std::nullopt,
                                 question_.target};
    const auto chosen = compare::choose(candidates, subject.observed, wanted);
    if (chosen.empty() && judgements.empty()) return {compare::not_locked_here(candidates, subject.observed, wanted)};
    for (const auto index : chosen) {
      const auto& lock = candidates[index];
      const bool answered = std::ranges::any_of(judgements, [&](const auto& j) { return j.target == lock.target; });
      if (!answered) judgements.push_back(judge_or_say_why(locks.baselines[index], subject));
    }
    return judgements;
  }

  /// Of each judgement, in its order.
  [[nodiscard]] const std::vector<std::vector<model::Run>>& runs() const { return runs_; }
  [[nodiscard]] bool measured() const { return measured_; }

 private:
  /// Asks for the GPUs where a lock needs one; where that fails, the locks of GPUs are answered by the failure.
  std::vector<model::Judgement> without_gpus(const ReadLocks& locks, Subject& subject) const {
    if (!wants_gpu(locks, question_)) return {};
    std::vector<model::Judgement> judgements;
    try {
      ask_gpu(call_, subject, question_.device ? question_.device->index : 0);
    } catch (const Error& error) {
      if (ends_all(error)) throw;
      for (const auto& baseline : locks.baselines) {
        if (model::device_kind(baseline.lock.key) != model::DeviceKind::cuda) continue;
        judgements.push_back(compare::judgement_of(error, environment_.name, baseline.lock.target));
        if (error.code() == ExitCode::not_judged) judgements.back().outcome = model::Outcome::no_gpu;
      }
      if (judgements.empty()) throw;  // a GPU was asked for by name, and only CPUs are locked
    }
    return judgements;
  }

  model::Judgement judge_or_say_why(const model::Baseline& baseline, const Subject& subject) {
    try {
      return judge_one(baseline, subject);
    } catch (const Error& error) {
      if (ends_all(error)) throw;
      return compare::judgement_of(error, environment_.name, baseline.lock.target);
    }
  }

  model::Judgement judge_one(const model::Baseline& baseline, const Subject& subject) {
    const auto kind = model::device_kind(baseline.lock.key);
    const model::Device device{kind, question_.device && kind == model::DeviceKind::cuda ? question_.device->index : 0};
    if (!subject.observed.install) return without_torch(baseline, subject);
    const auto plan = make_plan(subject, device, {});
    const auto runner = make_runner(call_, subject);
    ProgressLine progress(call_);
    const auto other = against_ ? std::optional(make_plan(*against_, device, {})) : std::nullopt;
    EngineLaboratory engine(runner, plan, other, purse_, progress);
    KeptLaboratory laboratory(engine, keeper_.cache(), call_.machine.build, keeper_.kept_state());
    auto observed = subject.observed;
    observed.recent_transients = recent_transients(call_, model::describe(baseline.lock.key));
    auto judgement = inquiry::judge(baseline, scene_.policy, observed, laboratory, other.has_value());
    note_time(judgement, laboratory);
    runs_.push_back(laboratory.runs());
    measured_ = measured_ || laboratory.measured();
    return judgement;
  }

  model::Judgement without_torch(const model::Baseline& baseline, const Subject& subject) const {
    auto judgement = compare::judgement_of({ExitCode::not_judged, "no PyTorch was found", name_a_torch},
                                           environment_.name, baseline.lock.target);
    judgement.notes = subject.observed.passed_over;
    return judgement;
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
  std::optional<Subject> against_;  ///< of --against
  std::vector<std::vector<model::Run>> runs_;
  bool measured_ = false;
};

std::vector<manifest::Input> inputs_of(const Scene& scene, const repository::LockSet& locks) {
  auto inputs = scene.policy_file ? scene.policy_file->inputs : std::vector<manifest::Input>{};
  inputs.insert(inputs.end(), locks.inputs.begin(), locks.inputs.end());
  return inputs;
}

void insist_on_target(const repository::LockSet& locks, const std::string& target) {
  std::string known;
  for (const auto& file : locks.locks) {
    if (target.empty() || file.target == target) return;
    known += (known.empty() ? "" : ", ") + file.target;
  }
  throw Error(ExitCode::usage, fmt::format("no lock is named \"{}\"", base::visible(target)),
              fmt::format("--target takes one of: {}", known));
}

}  // namespace

model::Verdict judge(const Call& call, const Scene& scene, const model::Environment& environment,
                     const repository::LockSet& locks, const Question& question, Purse& purse) {
  insist_on_target(locks, question.target);
  Keeper keeper(call, scene, environment.name, question.keeping);
  const auto inputs = inputs_of(scene, locks);
  if (auto kept = keeper.find(inputs)) return *std::move(kept);

  keeper.begin();
  auto subject = look_at(call, scene, discover(call, scene, &environment));
  keeper.rest_on(subject.observed);
  const auto readable = read(locks, scene, question);
  auto judgements = readable.unreadable;
  Inquest inquest(call, scene, environment, question, purse, keeper);
  if (!readable.baselines.empty() || readable.unreadable.empty()) {
    const auto judged = inquest.judge(readable, subject);
    judgements.insert(judgements.end(), judged.begin(), judged.end());
  }
  for (auto& judgement : judgements) {
    judgement.install = subject.observed.install;
    judgement =
        compare::settle(std::move(judgement), scene.policy, question.context, model::utc_day(call.machine.now()));
  }
  auto verdict = compare::combine(std::move(judgements), subject.observed.findings);
  keeper.keep(verdict, inputs, inquest.runs(), inquest.measured());
  remember_transients(call, verdict);
  return verdict;
}

}  // namespace envguard::cli
