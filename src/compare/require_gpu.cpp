#include "compare/require_gpu.hpp"

#include <algorithm>

#include "compare/outcome.hpp"

namespace envguard::compare {

namespace {

bool speaks_of_a_gpu(const model::Judgement& judgement) {
  return judgement.device.kind == model::DeviceKind::cuda;
}

}  // namespace

void require_gpu(std::vector<model::Judgement>& judgements, const std::string& environment) {
  for (auto& judgement : judgements) {
    if (!speaks_of_a_gpu(judgement) || exit_code(judgement.outcome) != base::ExitCode::not_judged) continue;
    judgement.response.reset();
    judgement.exit_code = base::first_of(judgement.exit_code, base::ExitCode::not_judged);
  }
  if (std::ranges::any_of(judgements, speaks_of_a_gpu)) return;
  model::Judgement none;
  none.outcome = model::Outcome::no_gpu;
  none.exit_code = base::ExitCode::not_judged;
  none.environment = environment;
  none.device.kind = model::DeviceKind::cuda;
  none.what = "--require-gpu was given and no lock of a GPU was judged";
  none.next = "envguard status shows which locks there are; envguard doctor, which GPU";
  judgements.push_back(std::move(none));
}

}  // namespace envguard::compare
