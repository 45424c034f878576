#include "cli/inquest.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "cli/gpu_gate.hpp"
#include "cli/memory.hpp"
#include "compare/choose.hpp"
#include "compare/gpus.hpp"
#include "compare/outcome.hpp"
#include "compare/places.hpp"
#include "detect/otherwise_mapped.hpp"
#include "inquiry/judge.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;
using model::DeviceKind;
using model::Outcome;

constexpr const char* look = "envguard doctor";

/// What ends the command, whatever else there is to judge.
bool ends_all(const Error& error) {
  return error.code() == ExitCode::interrupted || error.code() == ExitCode::usage;
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
  auto judgements = ask_for_gpus(baselines);
  const auto locks = locks_of(baselines);
  const auto allowance = purse_;
  for (const auto& device : compare::places(locks, subject_.observed, asked_by(question_))) {
    if (question_.all_gpus) purse_ = allowance;
    judge_at(device, baselines, judgements);
  }
  if (question_.all_gpus) say_unusable(judgements);
  if (!judgements.empty()) {
    answer_for_gpus(locks, judgements);
    return judgements;
  }
  const auto device = question_.device     ? std::optional(question_.device->kind)
                      : question_.all_gpus ? std::optional(DeviceKind::cuda)
                                           : std::nullopt;
  return {compare::not_locked_here(locks, subject_.observed, {device, question_.target})};
}

/// GPUs are locked and none of them was judged: the match of a CPU does not stand for them. In CI a lost GPU leaves no
/// trace that counts; elsewhere a machine that never had one is left alone, and told what was not judged.
void Inquest::answer_for_gpus(const std::vector<model::Lock>& locks, std::vector<model::Judgement>& judgements) const {
  const auto on_gpu = [](const auto& judgement) { return judgement.device.kind == DeviceKind::cuda; };
  if (question_.device || !question_.target.empty() || std::ranges::any_of(judgements, on_gpu)) return;
  std::vector<std::string> left_out;
  for (const auto& lock : locks)
    if (model::device_kind(lock.key) == DeviceKind::cuda) left_out.push_back(lock.target);
  if (left_out.empty()) return;
  if (question_.context != compare::Context::ci && !compare::shows_nvidia(subject_.observed)) {
    judgements.back().notes.push_back(
        fmt::format("not judged, for want of a GPU: {}", base::visible(fmt::format("{}", fmt::join(left_out, ", ")))));
    return;
  }
  judgements.push_back(compare::not_locked_here(locks, subject_.observed, {DeviceKind::cuda, {}}));
  if (judgements.back().outcome == Outcome::no_gpu)
    judgements.back().next = fmt::format("{}\nor the locks of the CPU alone: {}", look, judgements.back().next);
  const auto why = subject_.observed.devices ? subject_.observed.devices->no_gpu() : std::string();
  if (!why.empty()) judgements.back().notes.push_back("the driver: " + why);
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

/// Every GPU was asked for, and one that the driver lists cannot compute.
void Inquest::say_unusable(std::vector<model::Judgement>& judgements) const {
  if (!subject_.observed.devices) return;
  for (const auto& gpu : compare::unusable(*subject_.observed.devices)) {
    judgements.push_back(compare::judgement_of({ExitCode::not_judged, gpu, look}, environment_.name, question_.target));
    judgements.back().outcome = Outcome::no_gpu;
    judgements.back().device.kind = DeviceKind::cuda;
  }
}

/// The GPU that was asked for is not there: the answer for each lock of one.
void Inquest::say_absent(const std::string& why, model::Device device, const Baselines& baselines,
                         std::vector<model::Judgement>& judgements) const {
  for (const auto& baseline : baselines) {
    if (model::device_kind(baseline.lock.key) != DeviceKind::cuda) continue;
    judgements.push_back(absent(baseline, why));
    judgements.back().device = device;
  }
}

/// Of GPUs of one key any is as good: where the first is busy the next is tried, and only then is one waited for.
model::Judgement Inquest::judge_where_idle(const model::Baseline& baseline, model::Device device) {
  constexpr std::chrono::seconds at_once{0};
  const bool free_to_choose = !question_.device && !question_.all_gpus && subject_.observed.devices;
  const auto others =
      free_to_choose ? compare::of_one_key(subject_.observed.devices->gpus, device.index) : std::vector<int>{};
  if (others.empty()) return judge_or_say_why(baseline, device, question_.wait);
  auto first = judge_or_say_why(baseline, device, at_once);
  for (std::size_t next = 0; first.outcome == Outcome::gpu_busy && next < others.size(); ++next) {
    auto judgement = judge_or_say_why(baseline, {device.kind, others[next]}, at_once);
    if (judgement.outcome != Outcome::gpu_busy) return judgement;
  }
  const bool wait = first.outcome == Outcome::gpu_busy && question_.wait > at_once;
  return wait ? judge_or_say_why(baseline, device, question_.wait) : first;
}

model::Judgement Inquest::judge_or_say_why(const model::Baseline& baseline, model::Device device,
                                           std::chrono::seconds wait) {
  try {
    auto judgement = judge_one(baseline, device, wait);
    judgement.device = device;
    if (judgement.outcome == Outcome::could_not_measure) say_who_uses(judgement, device);
    return judgement;
  } catch (const Error& error) {
    if (ends_all(error)) throw;
    auto judgement = compare::judgement_of(error, environment_.name, baseline.lock.target);
    judgement.device = device;
    if (dynamic_cast<const GpuBusy*>(&error) != nullptr) judgement.outcome = Outcome::gpu_busy;
    return judgement;
  }
}

model::Judgement Inquest::judge_one(const model::Baseline& baseline, model::Device device, std::chrono::seconds wait) {
  const auto& observed = subject_.observed;
  if (!observed.install) return without_torch(baseline);
  if (device.kind == DeviceKind::cuda && !built_with_cuda(observed))
    return absent(baseline, fmt::format("torch {} in {} is built without CUDA: it computes on no GPU",
                                        observed.install->version, observed.install->prefix.string()));
  const auto plan = make_plan(subject_, device, {});
  const auto runner = make_runner(call_, subject_);
  ProgressLine progress(call_);
  // A measurement takes a while, in which others may have taken the next GPU.
  const auto devices = measured_ && observed.devices ? std::optional(ask_devices(call_)) : observed.devices;
  GpuGate gate(call_, device, devices, wait);
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
  runs_.push_back(laboratory.runs());
  measured_ = measured_ || laboratory.measured();
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

model::Judgement Inquest::absent(const model::Baseline& baseline, std::string what) const {
  auto judgement =
      compare::judgement_of({ExitCode::not_judged, std::move(what), look}, environment_.name, baseline.lock.target);
  judgement.outcome = Outcome::no_gpu;
  return judgement;
}

/// What failed on a GPU may have failed for want of memory: who holds it is asked now.
void Inquest::say_who_uses(model::Judgement& judgement, model::Device device) const {
  if (device.kind == DeviceKind::cpu) return;
  try {
    const auto devices = ask_devices(call_);
    const auto gpu = std::ranges::find(devices.gpus, device.index, &model::Gpu::index);
    if (gpu == devices.gpus.end())
      judgement.notes.push_back(fmt::format("GPU {} does not answer any more: {}", device.index, devices.no_gpu()));
    else if (const auto users = compare::occupation(*gpu); !users.empty())
      judgement.notes.push_back(fmt::format("GPU {} now: {}", device.index, users));
  } catch (const Error& error) {
    if (ends_all(error)) throw;
    judgement.notes.push_back(fmt::format("GPU {} now: {}", device.index, error.message()));
  }
}

}  // namespace envguard::cli
