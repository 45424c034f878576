#include "report/explain.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "report/explain_cause.hpp"
#include "report/judgement.hpp"
#include "report/numerics.hpp"

namespace envguard::report {

namespace {

using model::DriftClass;
using model::Outcome;

void heading(Page& page, const std::string& text) {
  page.blank();
  page.line({{text, Tone::strong}});
}

/// What a layer computes, for people who know PyTorch and not envguard.
std::string_view what_is(std::string_view layer) {
  struct Layer {
    std::string_view layer, what;
  };
  static constexpr std::array rows{Layer{"arith", "the processor and the C library alone"},
                                   Layer{"rng", "random numbers from a fixed seed"},
                                   Layer{"blas", "matrix products"},
                                   Layer{"linalg", "factorisations and solves"},
                                   Layer{"dnn", "convolutions, norms, LSTM"},
                                   Layer{"ops", "elementwise functions, reductions, attention"},
                                   Layer{"train", "short trainings: first step, gradients, weights"}};
  const auto* found = std::ranges::find(rows, layer, &Layer::layer);
  return found == rows.end() ? "" : found->what;
}

std::string meaning(const model::Judgement& judgement) {
  switch (judgement.outcome) {
    case Outcome::match:
      return "Match: every probe gave the locked bits, or lay within its band where it is judged by that. It says so "
             "of what was run, and of nothing else.";
    case Outcome::version_drift:
      return "Version drift: every probe computed the locked bits, but something recorded differs beyond the policy.";
    case Outcome::numeric_drift:
      return "Numeric drift: this machine repeats itself, and what it computes is not what was locked.";
    case Outcome::unstable:
      return "Unstable: fresh processes under the same settings computed different bits here. Before it can be "
             "compared "
             "with a lock, this machine must agree with itself.";
    case Outcome::transient:
      return "Transient: one process differed and four others gave the locked bits. One bit may have flipped in memory "
             "or in a register (silent data corruption); a second time within 30 days counts as unstable.";
    case Outcome::not_locked:
      return "Not locked here: nothing was measured that could be compared.";
    case Outcome::gpu_busy:
      return "Not judged: somebody else is using the GPU, and nothing that was kept from an earlier check still holds.";
    case Outcome::too_few_computed:
      return "Not judged: the lines are equal, and too few of them are results. The policy says how many must be "
             "computed.";
    case Outcome::could_not_measure:
      return "Could not measure: this says nothing about the numerics, neither good nor bad.";
    default:
      return "Not judged: nothing was measured.";
  }
}

/// A status is compared like a hash, and says less.
void explain_not_computed(Page& page, const model::Numerics& numerics) {
  if (numerics.unsupported + numerics.not_deterministic == 0) return;
  page.paragraph(
      fmt::format("{}. Nothing was computed where a probe is unsupported or not deterministic, neither here "
                  "nor when it was locked; so its lines are equal, and say nothing about the numerics.",
                  how_many_are_equal(numerics)));
}

void explain_compared(Page& page, const model::Judgement& judgement) {
  heading(page, "What was compared");
  if (judgement.hardware.empty()) {
    page.paragraph("Nothing: a lock is only ever compared on the kind of hardware that it was made on.");
  } else {
    page.paragraph(
        fmt::format("The lock {} ({}), read from the {}: what one machine of this kind computed when it was "
                    "locked. A lock is only ever compared on the same kind of hardware.",
                    lock_name(judgement, true), judgement.hardware, judgement.source));
  }
  if (judgement.install) {
    page.paragraph(fmt::format("The PyTorch judged here is torch {} in {}, found by the rule: {}.",
                               judgement.install->version, judgement.install->prefix.string(),
                               judgement.install->rule));
  }
  if (judged(judgement) == 0) return;
  page.paragraph(
      fmt::format("{} were run. A probe is one small computation with fixed inputs; its result is kept as a hash, so "
                  "one changed bit shows. The strict profile pins threads, determinism and TF32, so that what "
                  "moves there is not a matter of settings.",
                  counted(judged(judgement), "probe")));
  explain_not_computed(page, judgement);
  if (judgement.as_is) {
    page.paragraph(
        fmt::format("{} were run as-is: PyTorch's own defaults as this environment changes them. Flags that "
                    "a program sets in Python (allow_tf32, matmul precision, benchmark) cannot be seen from "
                    "outside.",
                    counted(judged(*judgement.as_is), "probe")));
    explain_not_computed(page, *judgement.as_is);
  }
}

/// Every layer, lowest first: the lowest one that moved is where to look.
void explain_layers(Page& page, const model::Numerics& numerics) {
  for (const auto& layer : numerics.layers) {
    const auto moved = layer.moved == 0 ? fmt::format("none of {} moved", layer.of)
                                        : fmt::format("{} of {} moved", layer.moved, layer.of);
    page.item("", layer.layer, 6,
              {{moved, layer.moved == 0 ? Tone::faint : Tone::strong}, fmt::format(" ({})", what_is(layer.layer))});
  }
  if (std::ranges::any_of(numerics.layers, [](const auto& layer) { return layer.moved > 0; })) {
    page.paragraph("Layers build on one another: the lowest one that moved is where to look first.");
  }
}

bool any_class(const model::Numerics& numerics, DriftClass drift_class) {
  return std::ranges::any_of(numerics.moved, [&](const auto& probe) { return probe.drift_class == drift_class; });
}

void explain_classes(Page& page, const model::Numerics& numerics) {
  const bool any_distance =
      std::ranges::any_of(numerics.moved, [](const auto& probe) { return probe.distance.has_value(); });
  if (!any_distance) return;
  page.paragraph(
      "The number is the relative L2 distance between both results, with the interval that holds the true one in "
      "95 of 100 cases; it is estimated from a sketch of 32 numbers that the lock keeps. The band is how far the "
      "result moves when every input moves by at most one ulp (the last bit): the measure of what rounding does.");
  const auto explain = [&](DriftClass drift_class, const char* text) {
    if (any_class(numerics, drift_class)) page.item("", std::string(model::name(drift_class)), 12, {text});
  };
  explain(DriftClass::rounding, "up to 4 bands: another order of summing, another kernel; no less exact than before");
  explain(DriftClass::precision,
          "above, and within what computing in the next lower type would do: precision was lost");
  explain(DriftClass::wrong, "farther than that, or another status, size, or NaN: not the same computation any more");
  explain(DriftClass::other_stream, "random numbers: equal or not, there is no distance");
  if (std::ranges::any_of(numerics.moved, [](const auto& probe) { return !probe.drift_class && probe.band; })) {
    page.paragraph(
        "Weights after steps of Adam detect a change and never classify it: Adam turns noise around a zero "
        "gradient into whole steps.");
  }
}

void explain_moved(Page& page, const model::Numerics& numerics) {
  for (const auto& probe : numerics.moved) {
    page.wrapped({probe.id + ": ", {class_of(probe), Tone::strong}, "; " + how_far(probe)}, 2, 6);
  }
}

void explain_wobble(Page& page, const model::Numerics& numerics) {
  const auto list = [&](const std::vector<std::string>& ids, const std::string& text) {
    if (ids.empty()) return;
    page.paragraph(text);
    for (const auto& id : ids) page.wrapped({id}, 4, 6);
  };
  list(numerics.unstable, fmt::format("Did not repeat ({} fresh processes, {} different results):", numerics.runs,
                                      numerics.distinct_results));
  list(numerics.transient, "Differed in one process of five:");
  list(numerics.order_dependent,
       "Depend on what ran before them in the same process: alone they compute something else. That points at state a "
       "library keeps (workspaces, caches, chosen algorithms):");
}

void explain_found(Page& page, const model::Judgement& judgement) {
  heading(page, "What was found");
  page.paragraph(meaning(judgement));
  if (!judgement.what.empty()) page.paragraph(sentence(judgement.what));
  if (judgement.unstable.empty() && judgement.transient.empty()) explain_layers(page, judgement);
  if (!judgement.suspect.empty()) {
    page.paragraph(sentence(judgement.suspect) +
                   " The layers below PyTorch (kernels of envguard's own, cuBLAS and cuDNN asked directly) compute the "
                   "same on the same inputs, which is how that is told.");
  }
  if (judgement.cause) {
    heading(page, "How far");
    explain_moved(page, judgement);
    explain_classes(page, judgement);
  }
  explain_wobble(page, judgement);
  const auto& as_is = judgement.as_is;
  if (!as_is || (as_is->moved.empty() && as_is->unstable.empty() && as_is->transient.empty())) return;
  heading(page, "As-is: PyTorch's own defaults");
  explain_layers(page, *as_is);
  explain_moved(page, *as_is);
  explain_classes(page, *as_is);
  explain_wobble(page, *as_is);
}

void explain_sure(Page& page, const model::Judgement& judgement) {
  if (judgement.outcome != Outcome::numeric_drift) return;
  heading(page, "How sure that is");
  const bool strict = judgement.cause || !judgement.as_is;  // a file may hold a drift with neither
  const auto& drifted = strict ? static_cast<const model::Numerics&>(judgement) : *judgement.as_is;
  const auto runs = counted(static_cast<std::size_t>(drifted.runs), "fresh run");
  if (drifted.order_dependent.empty()) {
    page.paragraph(
        fmt::format("{} under the same settings agreed with each other and not with the lock; the last of them "
                    "ran only the probes that failed. So it is this machine's steady answer and not a "
                    "flipped bit.",
                    runs));
    return;
  }
  page.paragraph(
      fmt::format("Of {} under the same settings those of the whole ladder agreed with each other and not with the "
                  "lock; the one of only the probes that failed gave other bits for those that depend on what "
                  "ran before them. So it is this machine's steady answer and not a flipped bit.",
                  runs));
}

void explain_differences(Page& page, const model::Judgement& judgement) {
  if (judgement.differences.empty()) return;
  heading(page, "What else differs from the lock");
  for (const auto& difference : judgement.differences) {
    const bool replaced = difference.weight == model::Difference::Weight::overridden;
    page.wrapped({described(difference), {replaced ? " (strict sets it itself)" : "", Tone::faint}}, 2, 4);
  }
}

void explain_limits(Page& page) {
  heading(page, "What this does not tell");
  page.paragraph(
      "Not run: torch.compile and Triton kernels, NCCL, custom extensions, data loading. Their versions are "
      "compared, their numerics are not.");
}

void explain_judgement(Page& page, const model::Judgement& judgement) {
  page.wrapped(
      {"envguard explain: ",
       {std::string(model::name(judgement.outcome)), Tone::strong},
       fmt::format(" (exit code {}, {})", static_cast<int>(judgement.exit_code), base::name(judgement.exit_code))},
      0, 2);
  explain_compared(page, judgement);
  explain_found(page, judgement);
  explain_sure(page, judgement);
  if (judgement.cause) explain_cause(page, *judgement.cause);
  if (judgement.as_is && judgement.as_is->cause) explain_cause(page, *judgement.as_is->cause);
  explain_differences(page, judgement);
  for (const auto& note : judgement.notes) page.paragraph("Note: " + note + ".");
  if (judgement.outcome != Outcome::match) explain_ways_out(page, judgement);
  explain_limits(page);
}

}  // namespace

std::string explain_text(const model::Verdict& verdict, const Style& style) {
  constexpr std::size_t margin = 5;  // after "  1. "
  Page page(style, margin);
  if (verdict.judgements.empty()) page.line({"envguard explain: nothing was judged"});
  for (const auto& judgement : verdict.judgements) {
    if (&judgement != &verdict.judgements.front()) page.blank();
    explain_judgement(page, judgement);
  }
  return page.text();
}

}  // namespace envguard::report
