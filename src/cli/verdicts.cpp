#include "cli/verdicts.hpp"

#include <utility>

#include <fmt/format.h>

#include "codec/verdict.hpp"
#include "report/verdict.hpp"

namespace envguard::cli {

model::Judgement nothing_locked(const Scene& scene, const model::Environment& environment, compare::Context context,
                                std::string_view today) {
  model::Judgement judgement;
  judgement.outcome = model::Outcome::not_locked;
  judgement.environment = environment.name;
  judgement.source = scene.source.text();
  judgement.what = fmt::format("nothing is locked yet in the {}", judgement.source);
  judgement.next = environment.name == "default" ? "envguard lock" : "envguard lock --environment " + environment.name;
  return compare::settle(std::move(judgement), scene.policy, context, today);
}

model::Verdict joined(std::vector<model::Verdict> verdicts) {
  if (verdicts.size() == 1) return std::move(verdicts.front());
  std::vector<model::Judgement> judgements;
  std::vector<model::Finding> findings;
  for (auto& verdict : verdicts) {
    judgements.insert(judgements.end(), verdict.judgements.begin(), verdict.judgements.end());
    findings.insert(findings.end(), verdict.findings.begin(), verdict.findings.end());
  }
  return compare::combine(std::move(judgements), std::move(findings));
}

void print_verdict(const Call& call, const model::Verdict& verdict) {
  if (!call.text()) {
    call.print(codec::write_verdict(verdict));
  } else if (!call.global.quiet || verdict.outcome != model::Outcome::match) {
    call.print(report::verdict_text(verdict, call.style()));
  }
}

}  // namespace envguard::cli
