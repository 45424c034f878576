#include "inquiry/judge.hpp"

#include <variant>

namespace envguard::inquiry {

namespace {

/// Asks, measures, asks again, until the answer is no longer a Measure.
template <typename Answer, typename Ask>
Answer ask(Laboratory& laboratory, Ask next) {
  compare::Runs runs;
  while (true) {
    const auto left = laboratory.left();
    runs.processes_left = left.processes;
    runs.seconds_left = left.seconds;
    auto answer = next(runs);
    if (auto* done = std::get_if<Answer>(&answer)) return std::move(*done);
    auto& wanted = std::get<compare::Measure>(answer);
    auto run = laboratory.measure(wanted);
    runs.done.push_back({std::move(wanted), std::move(run)});
  }
}

}  // namespace

model::Judgement judge(const model::Baseline& baseline, const model::Policy& policy, const model::Observed& observed,
                       Laboratory& laboratory, bool against) {
  return ask<model::Judgement>(
      laboratory, [&](const auto& runs) { return compare::next(baseline, policy, observed, runs, against); });
}

compare::LockCandidate candidate(const std::optional<model::Lock>& previous, const model::Observed& observed,
                                 const model::Policy& policy, const compare::LockQuestion& question,
                                 Laboratory& laboratory) {
  return ask<compare::LockCandidate>(
      laboratory, [&](const auto& runs) { return compare::next_for_lock(previous, observed, policy, question, runs); });
}

}  // namespace envguard::inquiry
