#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "report/judgement.hpp"
#include "report/numerics.hpp"

namespace envguard::report {

namespace {

using model::Difference;
using model::Outcome;
using Weight = Difference::Weight;

constexpr std::size_t most_listed = 8;

/// Nothing of strict drifted: what did is of the as-is profile.
bool only_as_is(const model::Judgement& judgement) {
  return judgement.outcome == Outcome::numeric_drift && !judgement.cause && judgement.as_is;
}

std::string headline(const model::Judgement& judgement) {
  switch (judgement.outcome) {
    case Outcome::match:
      return "match";
    case Outcome::version_drift:
      return "version drift";
    case Outcome::numeric_drift:
      return "numeric drift";
    case Outcome::unstable:
      return "unstable";
    case Outcome::transient:
      return "transient";
    case Outcome::not_locked:
      return "not locked on this hardware";
    case Outcome::no_torch:
    case Outcome::no_gpu:
    case Outcome::gpu_busy:
    case Outcome::too_few_computed:
      return "not judged";
    case Outcome::could_not_measure:
      return "could not measure";
    case Outcome::untrusted:
      return "untrusted";
    case Outcome::lock_unreadable:
      return "lock unreadable";
    case Outcome::usage:
      return "usage";
  }
  return {};
}

/// What the headline adds: how much moved.
std::string extent(const model::Judgement& judgement) {
  const auto all = judged(judgement);
  switch (judgement.outcome) {
    case Outcome::version_drift:
      if (judgement.unsupported + judgement.not_deterministic > 0) return ", " + how_many_are_equal(judgement);
      return fmt::format(", {} probes identical", all == 1 ? "the 1" : fmt::format("all {}", all));
    case Outcome::numeric_drift:
      if (only_as_is(judgement)) {
        return fmt::format(" under as-is in {} of {}; strict is identical", judgement.as_is->moved.size(),
                           counted(judged(*judgement.as_is), "probe"));
      }
      return fmt::format(" in {} of {}", judgement.moved.size(), counted(all, "probe"));
    case Outcome::unstable:
      return ": this machine disagrees with itself";
    case Outcome::transient:
      return ": the first run differed, its reruns match";
    case Outcome::too_few_computed:
      return ": too few probes were computed";
    default:  // what blocks all the same is said first
      return judgement.exit_code == base::ExitCode::version_drift ? "; version drift" : "";
  }
}

void put_headline(Page& page, const model::Judgement& judgement) {
  const bool passes = judgement.exit_code == base::ExitCode::match;
  const auto name = lock_name(judgement, true);
  Text text{"envguard: ", {headline(judgement), passes ? Tone::warning : Tone::bad}, extent(judgement)};
  if (!name.empty()) text.push_back({" (" + name + ")", Tone::faint});
  page.wrapped(text, 0, 2);
}

bool goes_with(const Difference& difference, bool as_is) {
  if (difference.kind == Difference::Kind::cache || difference.locked == difference.here) return false;
  return as_is || (difference.weight != Weight::overridden && difference.kind != Difference::Kind::setting);
}

/// Knobs each in a row; the first version in a row, what came with it in the next.
void put_rows(Page& page, std::string_view label, const std::vector<const Difference*>& differences) {
  std::vector<std::string> with_it;
  bool first_version = true;
  for (const auto* difference : differences) {
    const bool plain_version = difference->kind == Difference::Kind::version && difference->locked != difference->here;
    if (plain_version && !std::exchange(first_version, false)) {
      with_it.push_back(described(*difference));
      continue;
    }
    page.row(label, {described(*difference)});
    label = "";
  }
  if (!with_it.empty()) page.row(label, {{listed(with_it, most_listed), Tone::faint}});
}

void put_differences(Page& page, const model::Judgement& judgement) {
  const bool drift = judgement.outcome == Outcome::numeric_drift;
  const bool as_is = only_as_is(judgement);
  std::vector<const Difference*> shown;
  std::vector<std::string> overridden;
  for (const auto& difference : judgement.differences) {
    const bool blocks = difference.weight == Weight::blocks;
    if (blocks || (drift && goes_with(difference, as_is))) shown.push_back(&difference);
    if (difference.weight == Weight::overridden) overridden.push_back(difference.name);
  }
  put_rows(page, drift ? "goes with" : "differs", shown);
  if (drift && !as_is && !overridden.empty())
    page.row("ruled out", {listed(overridden, 4) + ": strict sets it itself"});
}

void put_commands(Page& page, const model::Judgement& judgement) {
  const bool drift = judgement.outcome == Outcome::numeric_drift;
  for (std::size_t i = 0; i < judgement.undo.size(); ++i) page.command(i == 0 ? "to undo" : "", judgement.undo[i]);
  if (drift && !judgement.next.empty()) page.command("to find out", judgement.next);
  if (!judgement.accept.empty()) {
    page.command(judgement.outcome == Outcome::not_locked ? "to lock it" : "to accept", judgement.accept);
  }
  if (!drift && !judgement.next.empty() && judgement.next != judgement.accept) page.command("next", judgement.next);
}

std::size_t processes(const model::Judgement& judgement) {
  const auto of_one = [](const model::Numerics& numerics) {
    return static_cast<std::size_t>(numerics.runs) + (numerics.cause ? numerics.cause->experiments.size() : 0);
  };
  return of_one(judgement) + (judgement.as_is ? of_one(*judgement.as_is) : 0);
}

void put_measured(Page& page, const model::Judgement& judgement) {
  if (!judgement.install || judgement.runs == 0) return;
  const auto how = judgement.kept
                       ? fmt::format("kept verdict, measured {}", page.when(judgement.measured))
                       : fmt::format("{}, {}", counted(processes(judgement), "fresh run"), duration(judgement.seconds));
  page.row("measured", {{fmt::format("torch {} in {} ({}); {}", judgement.install->version,
                                     judgement.install->prefix.string(), judgement.install->rule, how),
                         Tone::faint}});
}

void put_not_computed(Page& page, const model::Judgement& judgement) {
  if (judgement.outcome == Outcome::version_drift || judgement.outcome == Outcome::too_few_computed) return;  // said
  const auto row = [&](int number, std::string_view status) {
    if (number == 0) return;
    page.row("no result", {fmt::format("{} {} here and in the lock: the lines are equal, and nothing was computed",
                                       counted(static_cast<std::size_t>(number), "probe"), status)});
  };
  row(judgement.unsupported, "unsupported");
  row(judgement.not_deterministic, "not deterministic");
}

void put_unshared(Page& page, const model::Judgement& judgement) {
  const auto row = [&](const std::vector<std::string>& ids, std::string_view where) {
    if (ids.empty()) return;
    page.row("not judged", {fmt::format("{} {}: {}", counted(ids.size(), "probe"), where, listed(ids, 3))});
  };
  row(judgement.only_in_lock, "of the lock that nothing here answers");
  row(judgement.only_here, "of this machine that the lock has no result of");
}

void put_response(Page& page, const model::Judgement& judgement) {
  if (!judgement.response || judgement.exit_code != base::ExitCode::match) return;
  page.row("so", {judgement.outcome == Outcome::numeric_drift
                      ? "reported and not failed: all of it is milder than the policy's fail-on, or allowed by it"
                      : "not failed: the policy lets this pass"});
}

}  // namespace

std::string described(const Difference& difference) {
  const auto& [kind, name, locked, here, weight, rule] = difference;
  if (locked == here && here == "not found") return fmt::format("{} was not found; the policy asks for {}", name, rule);
  if (locked == here) return fmt::format("{} {} is not {}, which the policy asks for", name, here, rule);
  if (kind == Difference::Kind::knob) return fmt::format("{} is {} here and {} in the lock", name, here, locked);
  const bool asks = weight == Weight::blocks && rule != "locked";
  return fmt::format("{}{} {} -> {}{}", kind == Difference::Kind::build ? "torch's build: " : "", name,
                     short_version(locked), short_version(here), asks ? fmt::format(" (policy: {})", rule) : "");
}

void put_block(Page& page, const model::Judgement& judgement) {
  put_headline(page, judgement);
  const bool wobbles = judgement.outcome == Outcome::unstable || judgement.outcome == Outcome::transient;
  put_numerics(page, judgement, !wobbles);
  if (!judgement.suspect.empty()) page.row("suspect", {judgement.suspect});
  if (judgement.as_is &&
      !(judgement.as_is->moved.empty() && judgement.as_is->unstable.empty() && judgement.as_is->transient.empty())) {
    page.row("as-is", {fmt::format("PyTorch's own defaults, as this environment changes them: {} of {} moved",
                                   judgement.as_is->moved.size(), counted(judged(*judgement.as_is), "probe"))});
    put_numerics(page, *judgement.as_is, !wobbles);
  }
  const bool drift = judgement.outcome == Outcome::numeric_drift;
  if (!judgement.what.empty() && !drift) page.row("why", {judgement.what});
  if (judgement.outcome == Outcome::could_not_measure) page.row("so", {"nothing is known about the numerics"});
  put_differences(page, judgement);
  put_commands(page, judgement);
  if (!judgement.quarantined.empty()) {
    page.row("quarantined", {counted(judgement.quarantined.size(), "probe") +
                             " run and never judged: " + listed(judgement.quarantined, 3)});
  }
  put_not_computed(page, judgement);
  put_unshared(page, judgement);
  for (const auto& note : judgement.notes) page.row("note", {note});
  put_response(page, judgement);
  put_measured(page, judgement);
}

}  // namespace envguard::report
