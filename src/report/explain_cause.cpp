#include "report/explain_cause.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/judgement.hpp"

namespace envguard::report {

namespace {

using Certainty = model::Cause::Certainty;
using model::Outcome;

std::string shown(const model::Experiment& experiment, int of) {
  if (!experiment.fault.empty()) return "says nothing: " + experiment.fault;
  if (experiment.restored == of) return "every drifted probe returned to the locked bits";
  if (experiment.unchanged == of) return "nothing changed: the same drifted bits";
  const int other = of - experiment.restored - experiment.unchanged;
  auto text =
      fmt::format("{} returned to the locked bits, {} stayed as drifted", experiment.restored, experiment.unchanged);
  return other == 0 ? text : text + fmt::format(", {} gave bits of neither", other);
}

std::string how_sure(const model::Cause& cause) {
  switch (cause.certainty) {
    case Certainty::confirmed:
      return "Confirmed means both ways round: with it put back, every probe that it explains returned to the locked "
             "bits; with it alone set and everything else as locked, the same probes drifted to the same bits.";
    case Certainty::consistent_with:
      return "Consistent with means: it differs, and nothing that could be put back returned the probes. It was not "
             "put back itself, so this is a suspicion and no proof. A second PyTorch makes it one: envguard check "
             "--against INSTALL.";
    case Certainty::undetermined:
      break;
  }
  return "Nothing is confirmed: what is listed here is what is known so far.";
}

}  // namespace

void explain_cause(Page& page, const model::Cause& cause) {
  page.blank();
  page.line({{"Why", Tone::strong}});
  page.paragraph(sentence(cause.what));
  if (!cause.experiments.empty()) {
    page.paragraph(
        "To find out, recorded differences were put back as the lock has them, each time in one fresh process:");
  }
  int number = 0;
  for (const auto& experiment : cause.experiments) {
    page.row(fmt::format("{}.", ++number), {{fmt::format("{}", fmt::join(experiment.put_back, ", ")), Tone::strong},
                                            " put back: " + shown(experiment, cause.of)});
  }
  page.paragraph(how_sure(cause));
  if (cause.sufficient.size() > 1) {
    page.paragraph("Several each suffice: to return to the locked bits, all of them must be put back.");
  } else if (cause.separately) {
    page.paragraph("Each of them alone moves some of these probes, so all must be put back.");
  } else if (cause.only_together) {
    page.paragraph("They suffice only together: any one of them put back returns the locked bits.");
  } else if (!cause.sufficient.empty() && cause.sufficient.front().size() > 1) {
    page.paragraph("None of them can be left out, so all must be put back.");
  }
  if (cause.cut_short) {
    page.paragraph("The time allowed ran out before the search ended; more with: envguard check --timeout 600");
  }
}

void explain_ways_out(Page& page, const model::Judgement& judgement) {
  page.blank();
  page.line({{"What to do", Tone::strong}});
  int number = 0;
  const auto way = [&](const std::string& text) { page.row(fmt::format("{}.", ++number), {text}); };
  if (!judgement.undo.empty()) {
    way("Put back what differs, if it was not meant:");
    for (const auto& step : judgement.undo) page.command("", step);
  }
  if (!judgement.accept.empty()) {
    const bool drift = judgement.outcome == Outcome::numeric_drift;
    way(drift ? "If the change is meant, accept it; the reason stands in the lock, and the diff shows reviewers what "
                "moved:"
              : "Lock what is here, if it is meant:");
    page.command("", judgement.accept);
  }
  const bool unexplained = judgement.outcome == Outcome::unstable || judgement.outcome == Outcome::transient ||
                           (judgement.outcome == Outcome::numeric_drift && judgement.undo.empty());
  if (unexplained) {
    way("Look at the hardware: memory errors (EDAC or ECC counters), temperature, overclocking; the same check on "
        "another machine of this kind tells hardware from software.");
  }
  if (judgement.outcome == Outcome::transient) {
    way("When you have seen it, say so; until then every command begins with it:");
    page.command("", "envguard explain --ack");
  }
  if (!judgement.next.empty() && judgement.next != judgement.accept) {
    way("Find out more:");
    page.command("", judgement.next);
  }
}

}  // namespace envguard::report
