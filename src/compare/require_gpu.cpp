#include "compare/require_gpu.hpp"

#include <algorithm>

#include "compare/outcome.hpp"

namespace envguard::compare {

namespace {

bool speaks_of_a_gpu(const model::Judgement& judgement) {
  return judgement.device.kind == model::DeviceKind::cuda;
}

/// Outcomes that say nothing of what the GPU computes.
bool was_not_judged(model::Outcome outcome) {
  const auto code = exit_code(outcome);
  return code == base::ExitCode::not_judged || code == base::ExitCode::could_not_measure;
}

}  // namespace

model::Verdict require_gpu(model::Verdict verdict) {
  auto& judgements = verdict.judgements;
  for (auto& judgement : judgements) {
    if (!speaks_of_a_gpu(judgement) || !was_not_judged(judgement.outcome)) continue;
    judgement.response.reset();
    judgement.exit_code = base::first_of(judgement.exit_code, exit_code(judgement.outcome));
  }
  if (std::ranges::any_of(judgements, speaks_of_a_gpu)) return combine(judgements, verdict.findings);
  model::Judgement none;
  none.outcome = model::Outcome::no_gpu;
  none.exit_code = base::ExitCode::not_judged;
  if (!judgements.empty()) none.environment = judgements.front().environment;
  none.device.kind = model::DeviceKind::cuda;
  none.what = "--require-gpu was given and no lock of a GPU was judged";
  none.next = "envguard status shows which locks there are; envguard doctor, which GPU";
  judgements.push_back(std::move(none));
  return combine(judgements, verdict.findings);
}

}  // namespace envguard::compare
