#include "report/verdict.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "manifest/manifest.hpp"
#include "report/judgement.hpp"

namespace envguard::report {

namespace {

bool speaks_in_one_line(const model::Judgement& judgement) {
  return judgement.outcome == model::Outcome::match ||
         (judgement.response == model::Response::pass && judgement.exit_code == base::ExitCode::match);
}

void put_finding(Page& page, const model::Finding& finding) {
  const bool error = finding.severity == model::Finding::Severity::error;
  page.row(error ? "error" : "warning", {{finding.what, error ? Tone::bad : Tone::warning}, " [" + finding.id + "]"});
  if (!finding.mend.empty()) page.command("", finding.mend);
}

void put_findings(Page& page, const model::Verdict& verdict) {
  const bool match = std::ranges::all_of(verdict.judgements, speaks_in_one_line);
  for (const auto& finding : verdict.findings) {
    // A match is one line, but never silent about which of two installs it speaks of.
    if (!match) {
      put_finding(page, finding);
    } else if (finding.id == "other-torch-active") {
      page.wrapped({{"warning", Tone::warning}, ": " + finding.what}, 2, 4);
    }
  }
}

/// "2 locks judged: 1 match, 1 numeric-drift; exit code 8".
void put_summary(Page& page, const model::Verdict& verdict) {
  std::vector<std::string> names;
  for (const auto& judgement : verdict.judgements) {
    names.push_back(fmt::format("{} {}", lock_name(judgement, true), model::name(judgement.outcome)));
  }
  page.wrapped({fmt::format("envguard: {}; exit code {} ({})", listed(names, names.size()),
                            static_cast<int>(verdict.exit_code), base::name(verdict.exit_code))},
               0, 2);
}

}  // namespace

std::string verdict_text(const model::Verdict& verdict, const Style& style) {
  Page page(style);
  const bool several = verdict.judgements.size() > 1;
  if (verdict.judgements.empty()) page.line({"envguard: nothing was judged"});
  bool after_block = false;
  for (const auto& judgement : verdict.judgements) {
    const bool one_line = speaks_in_one_line(judgement);
    if (after_block || (!one_line && !page.text().empty())) page.blank();
    after_block = !one_line;
    if (judgement.outcome == model::Outcome::match) {
      put_match(page, judgement, several);
    } else if (one_line) {
      put_passed(page, judgement, several);
    } else {
      put_block(page, judgement);
    }
  }
  put_findings(page, verdict);
  if (several && after_block) page.blank();
  if (several && verdict.exit_code != base::ExitCode::match) put_summary(page, verdict);
  return page.text();
}

std::string kept_line(model::Verdict verdict) {
  for (auto& judgement : verdict.judgements) {
    judgement.kept = true;
    judgement.measured = manifest::age_here;
  }
  auto text = verdict_text(verdict, {});
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace envguard::report
