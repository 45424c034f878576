#include "compare/outcome.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "compare/weigh.hpp"

namespace envguard::compare {

namespace {

using base::ExitCode;
using model::Numerics;
using model::Outcome;
using model::Response;

/// What the policy answers, for the outcomes that it is asked about.
std::optional<Response> response_to(Outcome outcome, const model::Responses& responses) {
  switch (outcome) {
    case Outcome::no_torch:
      return responses.no_torch;
    case Outcome::no_gpu:
      return responses.no_gpu;
    case Outcome::gpu_busy:
      return responses.busy_gpu;
    case Outcome::not_locked:
      return responses.not_locked;
    case Outcome::could_not_measure:
      return responses.could_not_measure;
    case Outcome::transient:
      return responses.transient;
    default:
      return std::nullopt;
  }
}

/// Whether probes of either profile are in this list.
bool any(const model::Judgement& judgement, std::vector<std::string> Numerics::* list) {
  return !(judgement.*list).empty() || (judgement.as_is && !((*judgement.as_is).*list).empty());
}

/// Its lines were held against the lock's, and that is why it passes or fails.
bool was_compared(const model::Judgement& judgement) {
  using enum Outcome;
  return judgement.runs > 0 && (judgement.outcome == match || judgement.outcome == version_drift ||
                                judgement.outcome == numeric_drift || judgement.outcome == transient);
}

/// Equal lines of which too few hold a result are no match, whoever asks.
void count_too_few(model::Judgement& judgement, int wanted) {
  judgement.outcome = Outcome::too_few_computed;
  judgement.response.reset();
  judgement.what = fmt::format(
      "the policy asks for at least {} probes that are computed equal (least-computed), and "
      "there are {}: {} unsupported and {} not deterministic on both sides, {} quarantined",
      wanted, judgement.identical(), judgement.unsupported, judgement.not_deterministic, judgement.quarantined.size());
  judgement.next = "envguard fingerprint";
}

/// A version drift that was proven beside an outcome which counts less, or which the policy lets pass.
Outcome deciding(const model::Judgement& judgement) {
  return judgement.exit_code == ExitCode::version_drift ? Outcome::version_drift : judgement.outcome;
}

/// Of the judgements with the verdict's exit code the gravest: a drift that the policy lets pass is not hidden by a
/// match.
const model::Judgement* decisive(const model::Verdict& verdict) {
  const model::Judgement* gravest = nullptr;
  for (const auto& judgement : verdict.judgements) {
    if (judgement.exit_code != verdict.exit_code) continue;
    const bool graver =
        gravest == nullptr ||
        (exit_code(judgement.outcome) != exit_code(gravest->outcome) &&
         base::first_of(exit_code(gravest->outcome), exit_code(judgement.outcome)) == exit_code(judgement.outcome));
    if (graver) gravest = &judgement;
  }
  return gravest;
}

Outcome outcome_of(ExitCode code) {
  switch (code) {
    case ExitCode::usage:
      return Outcome::usage;
    case ExitCode::lock_unreadable:
      return Outcome::lock_unreadable;
    case ExitCode::untrusted:
      return Outcome::untrusted;
    case ExitCode::could_not_measure:
      return Outcome::could_not_measure;
    default:
      return Outcome::no_torch;
  }
}

}  // namespace

ExitCode exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::match:
      return ExitCode::match;
    case Outcome::version_drift:
      return ExitCode::version_drift;
    case Outcome::numeric_drift:
      return ExitCode::numeric_drift;
    case Outcome::unstable:
    case Outcome::transient:
      return ExitCode::unstable;
    case Outcome::not_locked:
    case Outcome::no_torch:
    case Outcome::no_gpu:
    case Outcome::gpu_busy:
    case Outcome::too_few_computed:
      return ExitCode::not_judged;
    case Outcome::could_not_measure:
      return ExitCode::could_not_measure;
    case Outcome::untrusted:
      return ExitCode::untrusted;
    case Outcome::lock_unreadable:
      return ExitCode::lock_unreadable;
    case Outcome::usage:
      return ExitCode::usage;
  }
  return ExitCode::usage;
}

bool blocked_by_versions(const model::Judgement& judgement) {
  return std::ranges::any_of(judgement.differences, [](const auto& difference) {
    return difference.weight == model::Difference::Weight::blocks;
  });
}

bool saw_a_difference(const model::Judgement& judgement) {
  return any(judgement, &Numerics::unstable) || any(judgement, &Numerics::transient) || !judgement.moved.empty() ||
         (judgement.as_is && !judgement.as_is->moved.empty());
}

model::Judgement settle(model::Judgement judgement, const model::Policy& policy, Context context,
                        std::string_view today) {
  auto outcome = judgement.outcome;
  auto code = exit_code(outcome);
  if (outcome == Outcome::numeric_drift) {
    weigh(judgement, policy, today);
    if (!blocked_by_numerics(judgement)) {
      // A drift that may pass hides nothing that wobbles beside it.
      judgement.response = Response::warn;
      if (any(judgement, &Numerics::unstable)) {
        outcome = Outcome::unstable;
      } else if (any(judgement, &Numerics::transient)) {
        outcome = Outcome::transient;
      }
      code = outcome == Outcome::numeric_drift ? ExitCode::match : exit_code(outcome);
    }
  }
  if (context != Context::by_hand) {
    const auto response = response_to(outcome, context == Context::commit ? policy.commit : policy.ci);
    if (response) judgement.response = response;
    if (response && *response != Response::fail) code = ExitCode::match;
  }
  const bool compared = was_compared(judgement);
  if (code == ExitCode::match && compared && judgement.identical() < policy.least_computed) {
    count_too_few(judgement, policy.least_computed);
    code = exit_code(judgement.outcome);
  }
  if (blocked_by_versions(judgement)) code = base::first_of(code, ExitCode::version_drift);
  judgement.exit_code = code;
  if (compared) std::ranges::move(what_the_policy_says(policy, judgement, today), std::back_inserter(judgement.notes));
  return judgement;
}

model::Verdict combine(std::vector<model::Judgement> judgements, std::vector<model::Finding> findings) {
  model::Verdict verdict;
  verdict.judgements = std::move(judgements);
  std::ranges::stable_sort(verdict.judgements, {},
                           [](const auto& each) { return each.device.kind == model::DeviceKind::cpu; });
  std::erase_if(findings, [](const auto& each) { return each.severity == model::Finding::Severity::note; });
  verdict.findings = std::move(findings);
  if (verdict.judgements.empty()) {  // nothing was measured: never a match
    verdict.outcome = Outcome::not_locked;
    verdict.exit_code = ExitCode::not_judged;
    return verdict;
  }
  for (const auto& judgement : verdict.judgements) {
    verdict.exit_code = base::first_of(verdict.exit_code, judgement.exit_code);
  }
  verdict.outcome = deciding(*decisive(verdict));
  return verdict;
}

model::Judgement judgement_of(const base::Error& error, std::string environment, std::string target) {
  model::Judgement judgement;
  judgement.outcome = outcome_of(error.code());
  judgement.exit_code = error.code();
  judgement.environment = std::move(environment);
  judgement.target = std::move(target);
  judgement.what = error.place().empty() ? error.message() : error.place() + ": " + error.message();
  judgement.next = error.next();
  return judgement;
}

}  // namespace envguard::compare
