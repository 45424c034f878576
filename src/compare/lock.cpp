#include "compare/lock.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compare/choose.hpp"
#include "compare/classify.hpp"
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

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

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

void check_whole(const Runs& runs, const std::vector<std::string>& ladder) {
  for (const auto& [asked, run] : runs.done) {
    const auto fault = asked.perturb.empty() ? fault_of(run, ladder, {}) : run.fault;
    if (fault) throw Error(ExitCode::could_not_measure, fault->what + "; nothing was written", next_step(fault->kind));
  }
}

/// Probes that wobbled in these runs, and those quarantined before unless a refresh lets them out. Too many: Error
/// unstable.
std::vector<std::string> quarantine(const std::optional<model::Lock>& previous, const LockQuestion& question,
                                    const std::vector<std::string>& ladder, const Runs& runs) {
  std::vector<std::vector<model::ProbeLine>> measured;
  for (const auto& [asked, run] : runs.done) {
    if (asked.perturb.empty()) measured.push_back(lines(run, ladder));
  }
  const auto wobbled = wobbling(measured);
  if (wobbled.size() * 10 > ladder.size()) {
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
                    const LockQuestion& question, std::vector<std::string> quarantined) {
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
  auto here = recorded(observed, policy, kind, &run);
  lock.versions = std::move(here.versions);
  lock.build = std::move(here.build);
  lock.knobs = std::move(here.knobs);
  lock.caches = std::move(here.caches);
  lock.recipe = recipe::number;
  lock.runs = 1;
  for (const auto& probe : run.probes) {
    if (!contains(quarantined, probe.id)) lock.strict.emplace_back(probe.id, probe.line());
  }
  lock.quarantined = std::move(quarantined);
  lock.id = model::fingerprint_id(lock.strict);
  return lock;
}

namespace {

std::vector<model::EvidenceRecord> evidence_of_lines(const model::Lock& lock, const model::Run& run) {
  auto records = evidence_of(run).records;
  std::erase_if(records, [&](const auto& record) { return lock.line(record.id) == nullptr; });
  return records;
}

bool has_bands(const std::optional<model::EvidenceTable>& evidence) {
  return evidence && std::ranges::any_of(evidence->records, [](const auto& record) { return record.band.has_value(); });
}

Measure perturbed(const std::vector<std::string>& ladder) {
  Measure measure{ladder};
  for (std::uint64_t seed = 1; seed <= band_rounds; ++seed) measure.perturb.push_back(seed);
  return measure;
}

}  // namespace

NextForLock next_for_lock(const std::optional<model::Lock>& previous, const model::Observed& observed,
                          const model::Policy& policy, const LockQuestion& question, const Runs& runs) {
  check_can_be_locked(previous, observed, question);
  const auto ladder = recipe::probes(question.device.kind);
  check_whole(runs, ladder);
  const auto measure = [&](Measure wanted) -> NextForLock {
    if (runs.may_go_on()) return wanted;
    throw Error(ExitCode::could_not_measure,
                fmt::format("the time allowed was used up after {} of {} runs; nothing was written", runs.done.size(),
                            question.runs + 1),
                "envguard lock --timeout 1800");
  };
  if (runs.done.empty()) return measure({ladder});
  const auto& first = runs.done.front().run;
  const bool has_perturbed = !runs.done.back().asked.perturb.empty();
  const auto plain = static_cast<int>(runs.done.size()) - (has_perturbed ? 1 : 0);

  LockCandidate candidate;
  candidate.lock = lock_of(observed, policy, first, question, quarantine(previous, question, ladder, runs));
  candidate.lock.runs = plain;
  candidate.evidence = evidence_of_lines(candidate.lock, first);
  if (has_perturbed) set_bands(candidate.evidence, runs.done.back().run);
  if (previous) {
    const model::EvidenceTable here{candidate.evidence};
    candidate.diff =
        diff({*previous, question.previous_evidence ? &*question.previous_evidence : nullptr}, {candidate.lock, &here});
    check_reason(*candidate.diff, question, observed);
  }
  if (plain < question.runs) return measure({ladder});
  candidate.changed =
      !candidate.diff || question.refresh || !candidate.diff->same() || !has_bands(question.previous_evidence);
  if (candidate.changed && question.writes && !has_perturbed) return measure(perturbed(ladder));
  if (!candidate.diff) return candidate;
  candidate.lock.change = change_of(*candidate.diff);
  candidate.lock.unknown = previous->unknown;
  if (candidate.lock.reason.empty()) candidate.lock.reason = previous->reason;
  return candidate;
}

}  // namespace envguard::compare
