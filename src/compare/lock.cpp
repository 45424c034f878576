#include "compare/lock.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compare/choose.hpp"
#include "compare/classify.hpp"
#include "compare/completeness.hpp"
#include "compare/diff.hpp"
#include "compare/differences.hpp"
#include "compare/faults.hpp"
#include "compare/lines.hpp"
#include "compare/remedy.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

using base::Error;
using base::ExitCode;
using model::Profile;

void check_can_be_locked(const std::optional<model::Lock>& previous, const model::Observed& observed,
                         const LockQuestion& question) {
  if (!observed.install) throw Error(ExitCode::not_judged, "no PyTorch was found", "envguard doctor");
  if (question.device.kind == model::DeviceKind::cuda && !observed.gpu) {
    throw Error(ExitCode::not_judged, fmt::format("no GPU answers as {}", question.device.text()), "envguard doctor");
  }
  if (!previous || fits(*previous, observed)) return;
  const auto here =
      question.device.kind == model::DeviceKind::cpu ? model::Key(observed.cpu) : model::Key(*observed.gpu);
  auto taken = question.taken;
  taken.push_back(previous->target);
  throw Error(
      ExitCode::usage,
      fmt::format("the lock \"{}\" is of {}; this is {}", previous->target, model::describe(previous->key),
                  model::describe(here)),
      fmt::format("give this hardware its own name: {}",
                  accept(question.environment, free_target_name(taken, here), question.device, observed, true)));
}

[[noreturn]] void write_nothing(const std::string& why, const std::string& next) {
  throw Error(ExitCode::could_not_measure, why + "; nothing was written", next);
}

/// Where nothing was computed a lock would match for ever.
void check_computed(const model::Run& run) {
  const auto computed = [](const auto& probe) { return probe.status == model::ProbeStatus::ok; };
  if (run.probes.empty() || std::ranges::any_of(run.probes, computed)) return;
  const auto& first = run.probes.front();
  write_nothing(fmt::format("none of {} probes was computed, the first since {}", run.probes.size(),
                            first.message.empty() ? std::string("it is ") + std::string(model::name(first.status))
                                                  : first.message),
                "envguard doctor");
}

void check_whole(const Runs& runs, const model::Observed& observed) {
  for (const auto& [asked, run] : runs.done) {
    const auto fault = asked.perturb.empty() ? fault_of(run, asked.probes, {}) : run.fault;
    if (fault) write_nothing(fault->what, next_step(fault->kind));
    if (asked.perturb.empty()) check_computed(run);
    if (run.gpu && observed.gpu && *run.gpu != *observed.gpu)
      write_nothing(fmt::format("the engine measured on {}, the GPU that was asked for is {}",
                                model::describe(*run.gpu), model::describe(*observed.gpu)),
                    "envguard doctor");
  }
}

/// Probes that wobbled in these runs, and those quarantined before unless a refresh lets them out. Too many: Error
/// unstable.
std::vector<std::string> quarantine(const std::optional<model::Lock>& previous, const LockQuestion& question,
                                    const std::vector<const model::Run*>& runs) {
  const auto ladder = recipe::probes(question.device.kind);
  std::vector<std::vector<model::ProbeLine>> measured;
  for (const auto* run : runs) measured.push_back(lines(*run, ladder));
  const auto wobbled = wobbling(measured);
  if (too_many_quarantined(wobbled.size(), ladder.size())) {
    throw Error(ExitCode::unstable,
                fmt::format("{} of {} probes do not repeat on this machine ({} runs gave {} different results), among "
                            "them {}; nothing was written",
                            wobbled.size(), ladder.size(), measured.size(), count_distinct(measured), wobbled.front()),
                "envguard doctor");
  }
  std::vector<std::string> quarantined;
  for (const auto& id : ladder) {
    const bool before = previous && !question.refresh && contains(previous->quarantined, id);
    if (before || contains(wobbled, id)) quarantined.push_back(id);
  }
  if (too_many_quarantined(quarantined.size(), ladder.size())) {
    throw Error(ExitCode::unstable,
                fmt::format("{} of {} probes would be quarantined, those of the lock that is there among them; nothing "
                            "was written",
                            quarantined.size(), ladder.size()),
                "envguard lock --refresh lets out those that repeat again");
  }
  return quarantined;
}

/// "3 probes differ (linalg.svdvals, …)": what a lock that replaces this one would change, the first few by name.
std::string what_differs(const model::LockDiff& diff) {
  std::vector<std::string> names;
  std::string_view noun = "probe";
  for (const auto& probe : diff.moved) names.push_back(probe.id);
  if (names.empty()) {
    noun = "recorded value";
    for (const auto& difference : diff.differences) names.push_back(difference.name);
  }
  if (names.empty()) return "the set of its probes differs";
  constexpr std::size_t most_named = 4;
  const auto all = names.size();
  if (all > most_named) names.resize(most_named);
  return fmt::format("{} {}{} ({}{})", all, noun, all == 1 ? " differs" : "s differ", fmt::join(names, ", "),
                     all > names.size() ? ", …" : "");
}

void check_reason(const model::LockDiff& diff, const LockQuestion& question, const model::Observed& observed) {
  if (!question.reason.empty() || !question.writes || diff.same()) return;
  throw Error(
      ExitCode::usage,
      fmt::format("{}.toml exists and {}; a lock that replaces another says why", question.target, what_differs(diff)),
      accept(question.environment, question.target, question.device, observed, false));
}

}  // namespace

double excluded_flip_rate(int runs) {
  constexpr double chance_of_missing_it = 0.05;
  return 1 - std::pow(chance_of_missing_it, 1.0 / std::max(1, runs));
}

model::Lock lock_of(const model::Observed& observed, const model::Policy& policy, const model::Run& run,
                    const model::Run* as_is_run, const LockQuestion& question, std::vector<std::string> quarantined) {
  model::Lock lock;
  lock.environment = question.environment;
  lock.target = question.target;
  lock.locked = question.today;
  lock.reason = question.reason;
  const auto kind = question.device.kind;
  if (kind == model::DeviceKind::cpu) {
    lock.key = observed.cpu;
  } else if (observed.gpu) {
    lock.key = *observed.gpu;
  }
  auto here = recorded(observed, policy, kind, &run, as_is_run);
  lock.versions = std::move(here.versions);
  lock.build = std::move(here.build);
  lock.knobs = std::move(here.knobs);
  lock.caches = std::move(here.caches);
  lock.settings = std::move(here.settings);
  lock.recipe = recipe::number;
  lock.runs = 1;
  for (const auto& probe : run.probes) {
    if (!contains(quarantined, probe.id)) lock.strict.emplace_back(probe.id, probe.line());
  }
  lock.quarantined = std::move(quarantined);
  lock.id = model::fingerprint_id(lock.strict);
  if (as_is_run != nullptr) {
    for (const auto& probe : as_is_run->probes) lock.as_is.emplace_back(probe.id, probe.line());
    lock.as_is_id = model::fingerprint_id(lock.as_is);
  }
  return lock;
}

namespace {

bool has_bands(const std::optional<model::EvidenceTable>& evidence) {
  return evidence && std::ranges::any_of(evidence->records, [](const auto& record) { return record.band.has_value(); });
}

/// The runs of one profile: plain ones, and the one that perturbs, where it was made.
struct RunsOfProfile {
  std::vector<const model::Run*> plain;
  const model::Run* perturbed = nullptr;
};

RunsOfProfile runs_of(const Runs& runs, Profile profile) {
  RunsOfProfile found;
  for (const auto& [asked, run] : runs.done) {
    if (asked.profile != profile) continue;
    if (asked.perturb.empty()) {
      found.plain.push_back(&run);
    } else {
      found.perturbed = &run;
    }
  }
  return found;
}

void append_evidence(std::vector<model::EvidenceRecord>& records, const RunsOfProfile& runs, const model::Lock& lock) {
  const auto profile = runs.plain.front()->plan.profile;
  auto own = evidence_of(*runs.plain.front()).records;
  const auto& lines = lock.lines(profile);
  std::erase_if(own, [&](const auto& record) {
    return std::ranges::find(lines, record.id, &model::ProbeLine::first) == lines.end();
  });
  for (auto& record : own) {
    const auto strict = std::ranges::find(records, record.id, &model::EvidenceRecord::id);
    if (strict != records.end()) record.band = strict->band;
  }
  if (runs.perturbed != nullptr) set_bands(own, *runs.perturbed);
  if (profile == Profile::as_is) {
    for (const auto* run : runs.plain) widen_bands(own, *run);
  }
  std::ranges::move(own, std::back_inserter(records));
}

/// As-is lines: bits where every run gave the same, else the band, which needs numbers.
void set_as_is(model::Lock& lock, const RunsOfProfile& runs) {
  std::vector<std::vector<model::ProbeLine>> measured;
  const auto ladder = recipe::probes(model::device_kind(lock.key), Profile::as_is);
  for (const auto* run : runs.plain) measured.push_back(lines(*run, ladder));
  const auto wobbled = wobbling(measured);
  lock.as_is.clear();
  for (const auto& probe : runs.plain.front()->probes) {
    if (!contains(wobbled, probe.id)) {
      lock.as_is.emplace_back(probe.id, probe.line());
    } else if (probe.evidence) {
      lock.as_is.emplace_back(probe.id, model::by_band);
    } else {
      throw Error(ExitCode::unstable,
                  fmt::format("{} is {} in one process and not in another (as-is); nothing was written", probe.id,
                              model::name(probe.status)),
                  "envguard doctor");
    }
  }
  lock.as_is_id = model::fingerprint_id(lock.as_is);
}

/// The process that is still missing, or nothing. The profiles take turns: a reason that is missing is asked for after
/// one run of each.
std::optional<Measure> missing(const LockQuestion& question, const Runs& runs, bool bands_wanted) {
  const auto kind = question.device.kind;
  const auto strict = runs_of(runs, Profile::strict).plain.size(), as_is = runs_of(runs, Profile::as_is).plain.size();
  const auto next = as_is < strict ? Profile::as_is : Profile::strict;
  if (static_cast<int>(std::min(strict, as_is)) < question.runs) return Measure{recipe::probes(kind, next), next};
  for (const auto profile : {Profile::strict, Profile::as_is}) {
    if (bands_wanted && runs_of(runs, profile).perturbed == nullptr) return perturbed(kind, profile);
  }
  return std::nullopt;
}

}  // namespace

/// A band is of the computation, not of its bits: what strict perturbed already is not perturbed again.
Measure perturbed(model::DeviceKind kind, Profile profile) {
  Measure measure{recipe::probes(kind, profile), profile};
  if (profile == Profile::as_is) std::erase_if(measure.probes, [](const auto& id) { return recipe::find(id)->strict; });
  for (std::uint64_t seed = 1; seed <= band_rounds; ++seed) measure.perturb.push_back(seed);
  return measure;
}

int processes_of_lock(int runs) {
  return 2 * (runs + 1);
}

NextForLock next_for_lock(const std::optional<model::Lock>& previous, const model::Observed& observed,
                          const model::Policy& policy, const LockQuestion& question, const Runs& runs) {
  check_can_be_locked(previous, observed, question);
  check_whole(runs, observed);
  const auto strict = runs_of(runs, Profile::strict);
  const auto as_is = runs_of(runs, Profile::as_is);
  LockCandidate candidate;
  if (!strict.plain.empty()) {
    candidate.lock =
        lock_of(observed, policy, *strict.plain.front(), as_is.plain.empty() ? nullptr : as_is.plain.front(), question,
                quarantine(previous, question, strict.plain));
    if (!as_is.plain.empty()) set_as_is(candidate.lock, as_is);
    candidate.lock.runs = static_cast<int>(strict.plain.size());
    append_evidence(candidate.evidence, strict, candidate.lock);
    if (!as_is.plain.empty()) append_evidence(candidate.evidence, as_is, candidate.lock);
  }
  if (previous && !as_is.plain.empty()) {
    const model::EvidenceTable here{candidate.evidence};
    candidate.diff =
        diff({*previous, question.previous_evidence ? &*question.previous_evidence : nullptr}, {candidate.lock, &here});
    check_reason(*candidate.diff, question, observed);
  }
  candidate.changed = !candidate.diff || question.refresh || !candidate.diff->same() ||
                      previous->recipe != recipe::number || previous->schema != model::Lock::current_schema ||
                      !has_bands(question.previous_evidence);
  if (auto wanted = missing(question, runs, candidate.changed && question.writes)) {
    if (runs.may_go_on()) return *std::move(wanted);
    throw Error(ExitCode::could_not_measure,
                fmt::format("the time allowed was used up after {} of {} processes; nothing was written",
                            runs.done.size(), processes_of_lock(question.runs)),
                "envguard lock --timeout 1800");
  }
  if (!candidate.diff) return candidate;
  candidate.lock.change = change_of(*candidate.diff);
  candidate.lock.unknown = previous->unknown;
  if (candidate.lock.reason.empty()) candidate.lock.reason = previous->reason;
  return candidate;
}

}  // namespace envguard::compare
