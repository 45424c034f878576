#include "compare/next.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "compare/choose.hpp"
#include "compare/completeness.hpp"
#include "compare/differences.hpp"
#include "compare/faults.hpp"
#include "compare/layer_of_blame.hpp"
#include "compare/outcome.hpp"
#include "compare/profile.hpp"
#include "compare/remedy.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

using model::Judgement;
using model::Numerics;
using model::Outcome;
using model::Profile;

bool wobbles(const Numerics& numerics) {
  return !numerics.unstable.empty() || !numerics.transient.empty();
}

/// A drift is what was confirmed as one; a probe that wobbles is in none.
bool drifts(const Numerics& numerics) {
  return numerics.cause.has_value();
}

std::size_t judged(const Numerics& numerics) {
  std::size_t all = 0;
  for (const auto& layer : numerics.layers) all += static_cast<std::size_t>(layer.of);
  return all;
}

/// One lock on this machine with the runs so far.
class Judging {
 public:
  Judging(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
          const Runs& runs, bool against)
      : lock_(baseline.lock),
        policy_(policy),
        observed_(observed),
        runs_(runs),
        against_(against),
        strict_(Profile::strict, baseline.lock, baseline.evidence ? &*baseline.evidence : nullptr),
        as_is_(Profile::as_is, baseline.lock, baseline.evidence ? &*baseline.evidence : nullptr) {
    judgement_.environment = lock_.environment;
    judgement_.target = lock_.target;
    judgement_.hardware = model::describe(lock_.key);
    judgement_.source = baseline.source;
    judgement_.locked_id = lock_.id;
    judgement_.device.kind = model::device_kind(lock_.key);
    if (auto note = note_on_form(lock_); !note.empty()) judgement_.notes.push_back(std::move(note));
    if (!baseline.evidence && !baseline.evidence_note.empty()) judgement_.notes.push_back(baseline.evidence_note);
    if (const auto left_out = as_is_.not_judged(); left_out > 0) {
      judgement_.notes.push_back(fmt::format("not judged, since their bands are in the evidence: {} of as-is",
                                             left_out == 1 ? "1 probe" : fmt::format("{} probes", left_out)));
    }
  }

  Next next() {
    if (const auto* run = first_run(Profile::strict)) strict_.leave_out_unstartable(*run);
    if (const auto* run = first_run(Profile::as_is)) as_is_.leave_out_unstartable(*run);
    if (auto refused = cannot_be_judged()) return *std::move(refused);
    describe_machine();
    if (auto unfinished = judge(strict_, Profile::strict, judgement_)) return *std::move(unfinished);
    if (as_is_counts()) {
      judgement_.as_is.emplace();
      if (auto unfinished = judge(as_is_, Profile::as_is, *judgement_.as_is)) {
        const bool strict_has_answered = drifts(judgement_) || wobbles(judgement_);
        if (std::holds_alternative<Measure>(*unfinished) || !strict_has_answered) return *std::move(unfinished);
        leave_as_is_out();
      }
    }
    return conclude();
  }

  Judgement not_measured(Outcome outcome, std::string what, std::string next) {
    if (!observed_.install || !fits(lock_, observed_)) return refuse(outcome, std::move(what), std::move(next));
    describe_machine();
    judgement_.what = std::move(what);
    judgement_.next = std::move(next);
    return finish(outcome);
  }

 private:
  std::optional<Judgement> cannot_be_judged();
  [[nodiscard]] std::vector<Measured> runs_of(Profile profile) const;
  [[nodiscard]] const model::Run* first_run(Profile profile) const;
  void describe_machine();
  /// Fills in the numerics; where more must be measured, or nothing can be, what to answer instead.
  std::optional<Next> judge(const ProfileOfLock& profile, Profile name, Numerics& numerics);
  [[nodiscard]] bool as_is_counts() const;
  /// It could not be measured, and strict has answered already.
  void leave_as_is_out();
  Next conclude();
  void excuse();
  void suspect();
  void explain_drift();
  void explain_wobble(const Numerics& numerics);
  Judgement could_not_measure(std::string what, std::string next, Outcome outcome = Outcome::could_not_measure);
  void offer_acceptance(Outcome outcome);
  Judgement finish(Outcome outcome);
  Judgement refuse(Outcome outcome, std::string what, std::string next);

  const model::Lock& lock_;
  const model::Policy& policy_;
  const model::Observed& observed_;
  const Runs& runs_;
  bool against_;
  ProfileOfLock strict_, as_is_;
  Judgement judgement_;
};

std::optional<Judgement> Judging::cannot_be_judged() {
  if (!observed_.install) {
    judgement_.notes = observed_.passed_over;
    return refuse(Outcome::no_torch, "no PyTorch was found", "envguard doctor");
  }
  if (judgement_.device.kind == model::DeviceKind::cuda && !observed_.gpu) {
    return refuse(Outcome::no_gpu, fmt::format("the lock is of a GPU ({}) and none was found", judgement_.hardware),
                  "envguard doctor");
  }
  if (!fits(lock_, observed_)) {
    return not_locked_here({lock_}, observed_, {judgement_.device.kind, lock_.target});
  }
  if (strict_.empty()) {
    return refuse(Outcome::not_locked,
                  fmt::format("the lock was made with recipe {} and shares no probe with recipe {}", lock_.recipe,
                              recipe::number),
                  accept(lock_.environment, lock_.target, judgement_.device, observed_, false));
  }
  return std::nullopt;
}

std::vector<Measured> Judging::runs_of(Profile profile) const {
  std::vector<Measured> runs;
  std::ranges::copy_if(runs_.done, std::back_inserter(runs),
                       [&](const auto& measured) { return measured.asked.profile == profile; });
  return runs;
}

/// Under the machine's own settings.
const model::Run* Judging::first_run(Profile profile) const {
  const auto found = std::ranges::find_if(runs_.done, [&](const auto& measured) {
    return measured.asked.profile == profile && measured.asked.step == Step{};
  });
  return found == runs_.done.end() ? nullptr : &found->run;
}

void Judging::describe_machine() {
  const auto* run = first_run(Profile::strict);
  if (run != nullptr) judgement_.device = run->plan.device;
  const auto kind = judgement_.device.kind;
  const auto here = recorded(observed_, policy_, kind, run, first_run(Profile::as_is));
  judgement_.differences = differences(known_before_measuring(recorded(lock_), here), here, policy_, kind);
  judgement_.quarantined = strict_.sets().quarantined;
  judgement_.only_in_lock = strict_.sets().only_in_lock;
  judgement_.only_here = strict_.sets().only_here;
  judgement_.seconds = std::transform_reduce(runs_.done.begin(), runs_.done.end(), 0.0, std::plus{},
                                             [](const auto& each) { return each.run.seconds; });
}

std::optional<Next> Judging::judge(const ProfileOfLock& profile, Profile name, Numerics& numerics) {
  auto answer =
      profile.judge(runs_of(name), judgement_.differences, observed_.recent_transients, runs_.may_go_on(), against_);
  if (auto* found = std::get_if<Numerics>(&answer)) {
    numerics = std::move(*found);
    return std::nullopt;
  }
  const auto* first = first_run(name);
  const auto* fault = std::get_if<model::Fault>(&answer);
  if (fault == nullptr && runs_.may_go_on()) return std::get<Measure>(std::move(answer));
  if (first != nullptr && first->whole()) {
    numerics = profile.glance(*first);
    if (!numerics.moved.empty()) {
      judgement_.notes.push_back(fmt::format("the first run differed from the lock in {} of {} probes; not confirmed",
                                             numerics.moved.size(), judged(numerics)));
    }
  }
  numerics.runs = static_cast<int>(runs_of(name).size());
  if (fault != nullptr) {
    const bool taken = fault->kind == model::Fault::Kind::gpu_taken;
    return could_not_measure(fault->what, next_step(fault->kind),
                             taken ? Outcome::gpu_busy : Outcome::could_not_measure);
  }
  const auto spent = runs_.processes_left > 0 ? "the time allowed is used up" : "no process is left to run";
  return could_not_measure(fmt::format("{} after {} runs", spent, runs_.done.size()), "envguard check --timeout 600");
}

/// A drift that nothing in the policy can let pass decides alone; then as-is would only cost time.
bool Judging::as_is_counts() const {
  if (as_is_.empty()) return false;
  const bool strict_decides = drifts(judgement_) && policy_.fail_on == model::FailOn::any_bit && policy_.allow.empty();
  return !strict_decides && judgement_.unstable.empty();
}

void Judging::leave_as_is_out() {
  judgement_.notes.push_back("as-is could not be measured: " + judgement_.what);
  judgement_.what.clear();
  judgement_.next.clear();
  judgement_.as_is.reset();
}

Next Judging::conclude() {
  const auto& as_is = judgement_.as_is;
  if (drifts(judgement_) || (as_is && drifts(*as_is))) {
    explain_drift();
    return finish(Outcome::numeric_drift);
  }
  std::vector<const Numerics*> both{&judgement_};
  if (as_is) both.push_back(&*as_is);
  // What is unstable in either profile outweighs what flipped once in the other.
  std::ranges::stable_sort(both, {}, [](const auto* numerics) { return numerics->unstable.empty(); });
  for (const auto* numerics : both) {
    if (!wobbles(*numerics)) continue;
    explain_wobble(*numerics);
    return finish(numerics->unstable.empty() ? Outcome::transient : Outcome::unstable);
  }
  excuse();
  if (as_is_.empty() && lock_.recipe < recipe::number) {
    judgement_.notes.emplace_back(
        "the lock is of an older recipe and has no as-is lines: PyTorch's own defaults were "
        "not judged; envguard lock --refresh adds them");
  }
  return finish(blocked_by_versions(judgement_) ? Outcome::version_drift : Outcome::match);
}

void Judging::excuse() {
  for (auto& difference : judgement_.differences) {
    const auto& excused = policy_.excuse_if_identical;
    if (difference.weight == model::Difference::Weight::blocks &&
        std::ranges::find(excused, difference.name) != excused.end()) {
      difference.weight = model::Difference::Weight::excused;
    }
  }
}

void Judging::suspect() {
  std::vector<std::string> moved;
  for (const auto& probe : judgement_.moved) moved.push_back(probe.id);
  if (const auto found = layer_of_blame(moved, strict_.sets().judged)) judgement_.suspect = found->sentence;
}

void Judging::explain_drift() {
  const auto profile = drifts(judgement_) ? Profile::strict : Profile::as_is;
  if (profile == Profile::strict) suspect();
  const bool caches = std::ranges::any_of(judgement_.differences,
                                          [](const auto& each) { return each.kind == model::Difference::Kind::cache; });
  if (std::ranges::any_of(judgement_.differences, [&](const auto& each) { return may_move_bits(each, profile); })) {
    if (caches) {
      judgement_.notes.emplace_back("the CPU's cache sizes differ too; oneDNN and MKL block their work by them");
    }
    return;
  }
  judgement_.next = "envguard doctor";
  judgement_.what = caches ? "no recorded version, knob or build differs; the CPU's cache sizes do, and oneDNN and MKL "
                             "block their work by them"
                           : "nothing that the lock records differs: the hardware moved it, or something unrecorded";
}

void Judging::explain_wobble(const Numerics& numerics) {
  if (numerics.unstable.empty()) {
    judgement_.what = fmt::format(
        "one process differed in {} of {} probes, four others gave the locked bits: possible silent data corruption",
        numerics.transient.size(), judged(numerics));
    judgement_.next = "envguard check --no-cache";
    return;
  }
  judgement_.what = fmt::format("{} of {} probes do not repeat: {} runs in fresh processes gave {} different results",
                                numerics.unstable.size(), judged(numerics), numerics.runs, numerics.distinct_results);
  judgement_.next = "envguard doctor";
}

Judgement Judging::could_not_measure(std::string what, std::string next, Outcome outcome) {
  judgement_.what = std::move(what);
  judgement_.next = std::move(next);
  return finish(outcome);
}

Judgement Judging::refuse(Outcome outcome, std::string what, std::string next) {
  judgement_.what = std::move(what);
  judgement_.next = std::move(next);
  judgement_.outcome = outcome;
  judgement_.exit_code = exit_code(outcome);
  return judgement_;
}

/// A relock accepts what differs from the lock, not what breaks a specifier of the policy.
void Judging::offer_acceptance(Outcome outcome) {
  bool relock = outcome == Outcome::numeric_drift;
  for (const auto& difference : judgement_.differences) {
    if (difference.weight != model::Difference::Weight::blocks) continue;
    if (difference.rule == "locked") {
      relock = true;
    } else {
      judgement_.notes.push_back(
          fmt::format("the policy asks for {} {}: a relock does not change that, [versions] does", difference.name,
                      difference.rule));
    }
  }
  if (relock) judgement_.accept = accept(lock_.environment, lock_.target, judgement_.device, observed_, false);
}

Judgement Judging::finish(Outcome outcome) {
  judgement_.outcome = outcome;
  const auto cuda = std::ranges::find(lock_.versions, "cuda", &model::Table::value_type::first);
  const auto& cause = drifts(judgement_) || !judgement_.as_is ? judgement_.cause : judgement_.as_is->cause;
  judgement_.undo = undo(to_mend(judgement_.differences, outcome == Outcome::numeric_drift, cause),
                         cuda == lock_.versions.end() ? std::string_view() : std::string_view(cuda->second));
  offer_acceptance(outcome);
  judgement_.exit_code = exit_code(outcome);
  if (blocked_by_versions(judgement_)) {
    judgement_.exit_code = base::first_of(judgement_.exit_code, base::ExitCode::version_drift);
  }
  return judgement_;
}

}  // namespace

Next next(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
          const Runs& runs, bool against) {
  return Judging(baseline, policy, observed, runs, against).next();
}

Judgement not_measured(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
                       Outcome outcome, std::string what, std::string next) {
  return Judging(baseline, policy, observed, {}, false).not_measured(outcome, std::move(what), std::move(next));
}

}  // namespace envguard::compare
