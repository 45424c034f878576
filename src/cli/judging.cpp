#include "cli/judging.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/inquest.hpp"
#include "cli/memory.hpp"
#include "cli/read_lock.hpp"
#include "cli/subject.hpp"
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
  auto read = read_lock(file.text, file.place, file.evidence);
  if (!lone) lockfile::check_place(read.lock, file.environment, file.target, file.place);
  const auto note =
      read.evidence ? std::string() : read.evidence_problem + "; with nothing moved, envguard lock writes it again";
  return {std::move(read.lock), std::move(read.evidence), note, source};
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

/// A GPU that is in use cannot be measured on; what was kept of its lock still counts as long as nothing it rested on
/// has changed, however old it is; of a GPU that was named, what was kept of that one. Whatever else was judged stands
/// as it is. Whether anything was put in.
bool stand_in_for_busy_gpus(std::vector<model::Judgement>& judgements, const Keeper& keeper,
                            const std::vector<manifest::Input>& inputs, const Question& question) {
  const bool any_gpu = !question.device && !question.all_gpus;
  const auto is_busy = [](const auto& judgement) {
    return judgement.outcome == model::Outcome::gpu_busy && !compare::saw_a_difference(judgement);
  };
  if (std::ranges::none_of(judgements, is_busy)) return false;
  const auto kept = keeper.find_stand_in(inputs);
  if (!kept) return false;
  bool any = false;
  for (auto& judgement : judgements) {
    if (!is_busy(judgement)) continue;
    const auto stand_in = std::ranges::find_if(kept->judgements, [&](const auto& each) {
      return each.device.kind == model::DeviceKind::cuda && each.target == judgement.target &&
             (any_gpu || each.device == judgement.device);
    });
    if (stand_in == kept->judgements.end()) continue;
    const auto why = std::exchange(judgement, *stand_in).what;
    judgement.notes.push_back(why);
    any = true;
  }
  return any;
}

model::Judgement settled(const Call& call, const Scene& scene, model::Judgement judgement, const Question& question) {
  return compare::settle(std::move(judgement), scene.policy, question.context, model::utc_day(call.machine.now()));
}

}  // namespace

model::Verdict judge(const Call& call, const Scene& scene, const model::Environment& environment,
                     const repository::LockSet& locks, const Question& question, Purse& purse) {
  insist_on_target(locks, question.target);
  Keeper keeper(call, scene, environment.name, question.keeping);
  const auto inputs = inputs_of(scene, locks);
  if (auto kept = keeper.find(inputs)) return *std::move(kept);
  const auto readable = read(locks, scene, question);
  // For locks that are refused nothing is looked at, so that no child is started.
  if (readable.baselines.empty()) {
    auto refused = readable.unreadable;
    for (auto& judgement : refused) judgement = settled(call, scene, std::move(judgement), question);
    return compare::combine(std::move(refused), {});
  }

  keeper.begin();
  auto subject = look_at(call, scene, discover(call, scene, &environment));
  keeper.rest_on(subject.observed, subject.searched);
  auto judgements = readable.unreadable;
  Inquest inquest(call, scene, environment, question, subject, purse, keeper);
  const auto judged = inquest.judge(readable.baselines);
  judgements.insert(judgements.end(), judged.begin(), judged.end());
  for (auto& judgement : judgements) {
    judgement.install = subject.observed.install;
    judgement = settled(call, scene, std::move(judgement), question);
  }
  const bool partly_kept = stand_in_for_busy_gpus(judgements, keeper, inputs, question);
  auto verdict = compare::combine(std::move(judgements), findings_of(call, subject.observed));
  // Kept again, an old measurement would pass for one of today.
  if (!partly_kept) keeper.keep(verdict, inputs, inquest.basis());
  remember_transients(call, verdict);
  return verdict;
}

}  // namespace envguard::cli
