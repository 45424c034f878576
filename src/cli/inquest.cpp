#include "cli/inquest.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/gpu_gate.hpp"
#include "cli/memory.hpp"
#include "compare/choose.hpp"
#include "compare/faults.hpp"
#include "compare/gpus.hpp"
#include "compare/next.hpp"
#include "compare/outcome.hpp"
#include "compare/places.hpp"
#include "compare/unjudged_gpus.hpp"
#include "detect/otherwise_mapped.hpp"
#include "inquiry/judge.hpp"
#include "process/interrupt.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;
using model::DeviceKind;
using model::Outcome;

using Clock = std::chrono::steady_clock;

constexpr const char* look = "envguard doctor";
constexpr std::chrono::milliseconds between_looks{500};

/// What ends the command, whatever else there is to judge.
bool ends_all(const Error& error) {
  return error.code() == ExitCode::interrupted || error.code() == ExitCode::usage;
}

/// A busy GPU of which nothing was seen yet: what differed there is not to be forgotten over another's match.
bool may_be_tried_again(const model::Judgement& judgement) {
  return judgement.outcome == Outcome::gpu_busy && !compare::saw_a_difference(judgement);
}

std::vector<model::Lock> locks_of(const std::vector<model::Baseline>& baselines) {
  std::vector<model::Lock> locks;
  for (const auto& baseline : baselines) locks.push_back(baseline.lock);
  return locks;
}

compare::Asked asked_by(const Question& question) {
  return {question.device, question.all_gpus, question.target};
}

}  // namespace

Inquest::Inquest(const Call& call, const Scene& scene, const model::Environment& environment, const Question& question,
                 Subject& subject, Purse& purse, Keeper& keeper)
    : call_(call),
      scene_(scene),
      environment_(environment),
      question_(question),
      subject_(subject),
      purse_(purse),
      keeper_(keeper) {
  if (question.against.empty()) return;
  against_ = look_at(call, scene, discover_named(call, scene, question.against));
  static_cast<void>(install_to_open(*against_));
}

std::vector<model::Judgement> Inquest::judge(const Baselines& baselines) {
  const auto locks = locks_of(baselines);
  compare::insist_on_kind(locks, asked_by(question_));
  auto judgements = ask_for_gpus(baselines);
  const auto allowance = purse_;
  for (const auto& device : compare::places(locks, subject_.observed, asked_by(question_))) {
    if (question_.all_gpus) purse_ = allowance;
    judge_at(device, baselines, judgements);
  }
  if (question_.all_gpus) say_unusable(judgements);
  const bool whole = !question_.device && !question_.all_gpus && question_.target.empty();
  if (whole)
    compare::answer_for_gpus(judgements, locks, subject_.observed,
                             {question_.context, question_.require_gpu, scene_.policy.commit.no_gpu});
  // A commit is to be asked about these, whoever asks now.
  basis_.leaves_gpus_out =
      scene_.policy.commit.no_gpu != model::Response::pass && compare::leaves_out(judgements, locks);
  if (!judgements.empty()) return judgements;
  const auto device = question_.device     ? std::optional(question_.device->kind)
                      : question_.all_gpus ? std::optional(DeviceKind::cuda)
                                           : std::nullopt;
  return {compare::not_locked_here(locks, subject_.observed, {device, question_.target})};
}

/// Asks for the GPUs where a lock needs one; where that fails, the locks of GPUs are answered by the failure.
std::vector<model::Judgement> Inquest::ask_for_gpus(const Baselines& baselines) {
  std::vector<model::Judgement> judgements;
  if (!compare::needs_gpus(locks_of(baselines), asked_by(question_))) return judgements;
  try {
    ask_gpu(call_, subject_, question_.device ? question_.device->index : 0);
    return judgements;
  } catch (const Error& error) {
    if (ends_all(error)) throw;
    driver_failed_ = true;
    for (const auto& baseline : baselines) {
      if (model::device_kind(baseline.lock.key) != DeviceKind::cuda) continue;
      judgements.push_back(compare::judgement_of(error, environment_.name, baseline.lock.target));
      judgements.back().device.kind = DeviceKind::cuda;
    }
    if (judgements.empty()) throw;  // a GPU was asked for by name, and only CPUs are locked
  }
  return judgements;
}

void Inquest::judge_at(model::Device device, const Baselines& baselines, std::vector<model::Judgement>& judgements) {
  const bool on_gpu = device.kind == DeviceKind::cuda;
  if (on_gpu && driver_failed_) return;  // which has answered every lock of a GPU
  if (on_gpu) take_key(subject_.observed, device.index);
  if (on_gpu && subject_.observed.devices) {
    if (const auto why = no_such_gpu(subject_.observed, device.index))
      return say_absent(*why, device, baselines, judgements);
  }
  const auto locks = locks_of(baselines);
  const compare::Wanted wanted{device.kind, question_.target};
  const auto chosen = compare::choose(locks, subject_.observed, wanted);
  for (const auto index : chosen) judgements.push_back(judge_where_idle(baselines[index], device));
  if (!chosen.empty() || !question_.all_gpus) return;
  judgements.push_back(compare::not_locked_here(locks, subject_.observed, wanted));
  judgements.back().device = device;
}

/// Every GPU was asked for, and one that the driver lists cannot compute, or not in this process.
void Inquest::say_unusable(std::vector<model::Judgement>& judgements) const {
  if (!subject_.observed.devices) return;
  const auto say = [&](const std::string& what, const std::string& next) {
    judgements.push_back(
        compare::judgement_of({ExitCode::not_judged, what, next}, environment_.name, question_.target));
    judgements.back().outcome = Outcome::no_gpu;
    judgements.back().device.kind = DeviceKind::cuda;
  };
  for (const auto& gpu : compare::unusable(*subject_.observed.devices)) say(gpu, look);
  if (!call_.machine.variable("CUDA_VISIBLE_DEVICES").empty()) return;  // then all means those
  for (const auto& uuid : compare::other_instances(*subject_.observed.devices))
    say(fmt::format("CUDA shows one MIG instance to a process, and {} is another", base::visible(uuid)),
        fmt::format("CUDA_VISIBLE_DEVICES={} envguard check --device cuda:0", base::shell_quote(uuid)));
}

/// The GPU that was asked for is not there: the answer for each lock of one.
void Inquest::say_absent(const std::string& why, model::Device device, const Baselines& baselines,
                         std::vector<model::Judgement>& judgements) const {
  for (const auto& baseline : baselines) {
    if (model::device_kind(baseline.lock.key) != DeviceKind::cuda) continue;
    judgements.push_back(not_measured(baseline, Outcome::no_gpu, why, look));
    judgements.back().device = device;
  }
}

/// Of GPUs of one key any is as good. Where all are busy they are looked at again until the time to wait is over.
model::Judgement Inquest::judge_where_idle(const model::Baseline& baseline, model::Device device) {
  const auto until = Clock::now() + question_.wait;
  while (true) {
    auto judgement = judge_first_idle(baseline, device);
    if (!may_be_tried_again(judgement) || Clock::now() >= until) return judgement;
    process::pause(between_looks);
    try {
      ask_gpu(call_, subject_, device.index);
    } catch (const Error& error) {
      if (ends_all(error)) throw;
      auto failed = compare::judgement_of(error, environment_.name, baseline.lock.target);
      failed.device = device;
      return failed;
    }
  }
}

model::Judgement Inquest::judge_first_idle(const model::Baseline& baseline, model::Device device) {
  auto first = judge_or_say_why(baseline, device);
  if (question_.device || question_.all_gpus || !subject_.observed.devices) return first;
  for (const int other : compare::of_one_key(subject_.observed.devices->gpus, device.index)) {
    if (!may_be_tried_again(first)) break;
    auto judgement = judge_or_say_why(baseline, {device.kind, other});
    if (!may_be_tried_again(judgement)) return judgement;
  }
  return first;
}

model::Judgement Inquest::judge_or_say_why(const model::Baseline& baseline, model::Device device) {
  auto judgement = [&] {
    try {
      auto judged = judge_one(baseline, device);
      return judged.outcome == Outcome::could_not_measure ? with_its_users(std::move(judged), device) : judged;
    } catch (const GpuRefused& refused) {
      return not_measured(baseline, refused.outcome(), refused.message(), refused.next());
    } catch (const Error& error) {
      if (ends_all(error)) throw;
      return compare::judgement_of(error, environment_.name, baseline.lock.target);
    }
  }();
  judgement.device = device;
  return judgement;
}

model::Judgement Inquest::judge_one(const model::Baseline& baseline, model::Device device) {
  const auto& observed = subject_.observed;
  if (!observed.install) return without_torch(baseline);
  const bool on_gpu = device.kind == DeviceKind::cuda;
  if (on_gpu && !built_with_cuda(observed))
    return not_measured(baseline, Outcome::no_gpu,
                        fmt::format("torch {} in {} is built without CUDA: it computes on no GPU",
                                    observed.install->version, observed.install->prefix.string()),
                        look);
  const auto plan = make_plan(subject_, device, {});
  const auto runner = make_runner(call_, subject_);
  ProgressLine progress(call_);
  // A measurement takes a while, in which others may have taken the next GPU.
  const bool ask_again = on_gpu && basis_.measured && observed.devices;
  GpuGate gate(call_, device, ask_again ? std::optional(ask_answering_devices(call_)) : observed.devices,
               compare::wait_or_elsewhere);
  const auto other = against_ ? std::optional(make_plan(*against_, device, {})) : std::nullopt;
  EngineLaboratory engine(runner, plan, other, gate, purse_, progress);
  KeptLaboratory laboratory(engine, keeper_.cache(), call_.machine.build, keeper_.kept_state());
  auto judged = observed;
  judged.recent_transients = recent_transients(call_, model::describe(baseline.lock.key));
  auto judgement = inquiry::judge(baseline, scene_.policy, judged, laboratory, other.has_value());
  const auto kept = keeper_.kept_time();
  judgement.kept = !laboratory.measured() && !laboratory.runs().empty();
  judgement.measured = model::utc_time(judgement.kept && kept ? *kept : call_.machine.now());
  note_libraries(laboratory.runs());
  basis_.runs.push_back(laboratory.runs());
  basis_.measured = basis_.measured || laboratory.measured();
  basis_.on_mig = basis_.on_mig || (on_gpu && observed.gpu && !observed.gpu->mig_profile.empty());
  basis_.used_kept = basis_.used_kept || laboratory.used_kept();
  return judgement;
}

/// What was mapped is the truth; where the dynamic linker had answered otherwise, what rested on that is told.
void Inquest::note_libraries(const std::vector<model::Run>& runs) {
  if (runs.empty() || runs.back().libraries.empty()) return;
  auto& findings = subject_.observed.findings;
  for (auto& finding : detect::otherwise_mapped(subject_.observed.libraries, runs.back().libraries))
    if (std::ranges::find(findings, finding) == findings.end()) findings.push_back(std::move(finding));
}

model::Judgement Inquest::without_torch(const model::Baseline& baseline) const {
  auto judgement = compare::judgement_of({ExitCode::not_judged, "no PyTorch was found", name_a_torch},
                                         environment_.name, baseline.lock.target);
  judgement.notes = subject_.observed.passed_over;
  return judgement;
}

model::Judgement Inquest::not_measured(const model::Baseline& baseline, Outcome outcome, std::string what,
                                       std::string next) const {
  return compare::not_measured(baseline, scene_.policy, subject_.observed, outcome, std::move(what), std::move(next));
}

/// What failed on a GPU may have failed because of who else is on it, which is asked now.
model::Judgement Inquest::with_its_users(model::Judgement judgement, model::Device device) const {
  if (device.kind == DeviceKind::cpu) return judgement;
  try {
    const auto devices = ask_devices(call_);
    const auto gpu = std::ranges::find(devices.gpus, device.index, &model::Gpu::index);
    if (gpu == devices.gpus.end()) {
      judgement.notes.push_back(fmt::format("GPU {} does not answer any more: {}", device.index, devices.no_gpu()));
      return judgement;
    }
    if (const auto taken = compare::taken_meanwhile(*gpu, judgement.what)) {
      judgement.outcome = Outcome::gpu_busy;
      judgement.what = *taken;
      judgement.next = compare::wait_or_elsewhere;
      return judgement;
    }
    if (compare::lacked_memory(judgement.what)) judgement.next = compare::wait_or_elsewhere;
    if (const auto users = compare::occupation(*gpu); !users.empty())
      judgement.notes.push_back(fmt::format("GPU {} now: {}", device.index, users));
  } catch (const Error& error) {
    if (ends_all(error)) throw;
    judgement.notes.push_back(fmt::format("GPU {} now: {}", device.index, error.message()));
  }
  return judgement;
}

}  // namespace envguard::cli
