#include "compare/next.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compare/cause.hpp"
#include "compare/choose.hpp"
#include "compare/classify.hpp"
#include "compare/differences.hpp"
#include "compare/faults.hpp"
#include "compare/itself_first.hpp"
#include "compare/lines.hpp"
#include "compare/outcome.hpp"
#include "compare/remedy.hpp"
#include "compare/substitutes.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

using model::Judgement;
using model::Outcome;
using Lines = std::vector<model::ProbeLine>;

/// One lock on this machine with the runs so far. Runs are called A, B, C … as the design of judging does.
class Judging {
 public:
  Judging(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
          const Runs& runs, bool against)
      : lock_(baseline.lock),
        evidence_(baseline.evidence ? &*baseline.evidence : nullptr),
        policy_(policy),
        observed_(observed),
        runs_(runs),
        against_(against),
        ladder_(recipe::probes(model::device_kind(baseline.lock.key))),
        sets_(probe_sets(baseline.lock, ladder_)),
        locked_(lines(baseline.lock, sets_.judged)) {
    judgement_.environment = lock_.environment;
    judgement_.target = lock_.target;
    judgement_.hardware = model::describe(lock_.key);
    judgement_.source = baseline.source;
    judgement_.locked_id = lock_.id;
    judgement_.device.kind = model::device_kind(lock_.key);
    if (!baseline.evidence && !baseline.evidence_note.empty()) judgement_.notes.push_back(baseline.evidence_note);
  }

  Next next() {
    if (auto refused = cannot_be_judged()) return *std::move(refused);
    split_runs();
    describe_machine();
    if (const auto fault = first_fault()) return could_not_measure(fault->what, next_step(fault->kind));
    if (!ladders_.empty()) judgement_.id = model::fingerprint_id(lines(ladders_.front().run, sets_.judged));
    auto steadiness = itself_first({ladder_, locked_}, ladders_);
    if (auto* wanted = std::get_if<Measure>(&steadiness)) return measure(*std::move(wanted));
    return conclude(std::get<Steadiness>(std::move(steadiness)));
  }

 private:
  std::optional<Judgement> cannot_be_judged();
  void split_runs();
  void describe_machine();
  std::optional<model::Fault> first_fault() const;
  Next measure(Measure wanted);
  Next conclude(Steadiness found);
  std::optional<Measure> look_for_cause(const std::vector<std::string>& drifted);
  Next match();
  Next drift();
  Next wobble();
  Judgement could_not_measure(std::string what, std::string next);
  void offer_acceptance(Outcome outcome);
  Judgement finish(Outcome outcome);
  Judgement refuse(Outcome outcome, std::string what, std::string next);

  const model::Lock& lock_;
  const model::EvidenceTable* evidence_;  ///< null: the lock has none that can be read
  const model::Policy& policy_;
  const model::Observed& observed_;
  const Runs& runs_;
  bool against_;
  std::vector<std::string> ladder_;
  ProbeSets sets_;
  Lines locked_;
  std::vector<Measured> ladders_;      ///< under the machine's own settings: A, B, C …
  std::vector<Measured> experiments_;  ///< with differences put back
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
  if (sets_.judged.empty()) {
    return refuse(Outcome::not_locked,
                  fmt::format("the lock was made with recipe {} and shares no probe with recipe {}", lock_.recipe,
                              recipe::number),
                  accept(lock_.environment, lock_.target, judgement_.device, observed_, false));
  }
  return std::nullopt;
}

void Judging::split_runs() {
  for (const auto& measured : runs_.done) {
    (measured.asked.step == Step{} ? ladders_ : experiments_).push_back(measured);
  }
}

void Judging::describe_machine() {
  const auto* run = ladders_.empty() ? nullptr : &ladders_.front().run;
  if (run != nullptr) judgement_.device = run->plan.device;
  const auto kind = judgement_.device.kind;
  auto locked = recorded(lock_);
  const auto here = recorded(observed_, policy_, kind, run);
  if (run == nullptr) locked = known_before_measuring(std::move(locked), here);
  judgement_.differences = differences(locked, here, policy_, kind);
  judgement_.quarantined = sets_.quarantined;
  judgement_.only_in_lock = sets_.only_in_lock;
  judgement_.only_here = sets_.only_here;
  judgement_.runs = static_cast<int>(ladders_.size());
  judgement_.seconds = std::transform_reduce(runs_.done.begin(), runs_.done.end(), 0.0, std::plus{},
                                             [](const auto& each) { return each.run.seconds; });
}

std::optional<model::Fault> Judging::first_fault() const {
  for (const auto& [asked, run] : ladders_) {
    if (auto fault = fault_of(run, asked.probes, sets_.quarantined)) return fault;
    const auto* key = std::get_if<model::GpuKey>(&lock_.key);
    if (key != nullptr && run.gpu && *run.gpu != *key) {
      return model::Fault{
          model::Fault::Kind::bad_protocol,
          fmt::format("the engine measured on {}, the lock is of {}", model::describe(*run.gpu), judgement_.hardware),
          {}};
    }
  }
  return std::nullopt;
}

Next Judging::measure(Measure wanted) {
  if (runs_.may_go_on()) return wanted;
  const auto spent = runs_.processes_left > 0 ? "the time allowed is used up" : "no process is left to run";
  return could_not_measure(fmt::format("{} after {} runs", spent, ladders_.size()), "envguard check --timeout 600");
}

Next Judging::conclude(Steadiness found) {
  // A probe that flips a second time within the month is no accident.
  const auto& recent = observed_.recent_transients;
  const auto again = [&](const auto& id) { return std::ranges::find(recent, id) != recent.end(); };
  std::ranges::copy_if(found.transient, std::back_inserter(found.unstable), again);
  std::erase_if(found.transient, again);
  judgement_.transient = std::move(found.transient);
  judgement_.unstable = std::move(found.unstable);
  judgement_.order_dependent = std::move(found.order_dependent);
  judgement_.distinct_results = judgement_.unstable.empty() ? 0 : found.distinct_results;
  judgement_.moved = moved(locked_, lines(ladders_.front().run, sets_.judged));
  if (found.drifted.empty()) {
    return judgement_.unstable.empty() && judgement_.transient.empty() ? match() : wobble();
  }
  std::erase_if(judgement_.moved,
                [&](const auto& probe) { return std::ranges::find(found.drifted, probe.id) == found.drifted.end(); });
  if (auto wanted = look_for_cause(found.drifted)) return *std::move(wanted);
  return drift();
}

std::optional<Measure> Judging::look_for_cause(const std::vector<std::string>& drifted) {
  const bool whole = !judgement_.order_dependent.empty();
  auto cause = find_cause({.substitutes = substitutes(judgement_.differences, drifted, against_),
                           .others = not_substitutable(judgement_.differences, drifted, against_),
                           .locked = lines(lock_, drifted),
                           .here = lines(ladders_.front().run, drifted),
                           .probes = whole ? ladder_ : whole_units(ladder_, drifted)},
                          experiments_, runs_.may_go_on());
  if (auto* wanted = std::get_if<Measure>(&cause)) return *std::move(wanted);
  judgement_.cause = std::get<model::Cause>(std::move(cause));
  return std::nullopt;
}

Next Judging::match() {
  for (auto& difference : judgement_.differences) {
    const auto& excused = policy_.excuse_if_identical;
    if (difference.weight == model::Difference::Weight::blocks &&
        std::ranges::find(excused, difference.name) != excused.end()) {
      difference.weight = model::Difference::Weight::excused;
    }
  }
  return finish(blocked_by_versions(judgement_) ? Outcome::version_drift : Outcome::match);
}

Next Judging::drift() {
  assess(judgement_.moved, evidence_, evidence_of(ladders_.front().run));
  const bool caches = std::ranges::any_of(judgement_.differences,
                                          [](const auto& each) { return each.kind == model::Difference::Kind::cache; });
  if (std::ranges::none_of(judgement_.differences, may_move_bits)) {
    judgement_.next = "envguard doctor";
    judgement_.what = caches
                          ? "no recorded version, knob or build differs; the CPU's cache sizes do, and oneDNN and MKL "
                            "block their work by them"
                          : "nothing that the lock records differs: the hardware moved it, or something unrecorded";
  } else if (caches) {
    judgement_.notes.emplace_back("the CPU's cache sizes differ too; oneDNN and MKL block their work by them");
  }
  return finish(Outcome::numeric_drift);
}

Next Judging::wobble() {
  if (judgement_.unstable.empty()) {
    judgement_.what = fmt::format(
        "one process differed in {} of {} probes, four others gave the locked bits: possible silent data corruption",
        judgement_.transient.size(), locked_.size());
    judgement_.next = "envguard check --no-cache";
    return finish(Outcome::transient);
  }
  judgement_.what =
      fmt::format("{} of {} probes do not repeat: {} runs in fresh processes gave {} different results",
                  judgement_.unstable.size(), locked_.size(), ladders_.size(), judgement_.distinct_results);
  judgement_.next = "envguard doctor";
  return finish(Outcome::unstable);
}

Judgement Judging::could_not_measure(std::string what, std::string next) {
  if (!ladders_.empty() && !fault_of(ladders_.front().run, ladder_, sets_.quarantined)) {
    judgement_.id = model::fingerprint_id(lines(ladders_.front().run, sets_.judged));
    judgement_.moved = moved(locked_, lines(ladders_.front().run, sets_.judged));
    if (!judgement_.moved.empty()) {
      judgement_.notes.push_back(fmt::format("the first run differed from the lock in {} of {} probes; not confirmed",
                                             judgement_.moved.size(), locked_.size()));
    }
  }
  judgement_.what = std::move(what);
  judgement_.next = std::move(next);
  return finish(Outcome::could_not_measure);
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
  if (!ladders_.empty()) judgement_.layers = layer_summaries(locked_, judgement_.moved);
  const auto cuda = std::ranges::find(lock_.versions, "cuda", &model::Table::value_type::first);
  judgement_.undo = undo(to_mend(judgement_.differences, outcome == Outcome::numeric_drift, judgement_.cause),
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

}  // namespace envguard::compare
