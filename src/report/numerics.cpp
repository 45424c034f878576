#include "report/numerics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "model/probe.hpp"

namespace envguard::report {

namespace {

using Certainty = model::Cause::Certainty;
using MovedWeight = model::MovedProbe::Weight;

/// "0.9–1.6e-07": both ends in the exponent of the higher one.
std::string interval(const model::Distance& distance) {
  if (!(distance.high >= std::numeric_limits<double>::min())) {
    return fmt::format("{:.1e}–{:.1e}", distance.low, distance.high);
  }
  const int exponent = static_cast<int>(std::floor(std::log10(distance.high)));
  const double unit = std::pow(10.0, exponent);
  return fmt::format("{:.1f}–{:.1f}e{:+03d}", distance.low / unit, distance.high / unit, exponent);
}

std::string in_bands(double distance, double band) {
  if (band == 0) return ", band 0";
  const double bands = distance / band;
  return bands < 100 ? fmt::format(", {:.1f} x band", bands) : fmt::format(", {:.0e} x band", bands);
}

bool is_status(const model::MovedProbe& probe) {
  return model::parse_status(probe.locked) || model::parse_status(probe.here);
}

/// The lowest layer with the probes that moved in it, then every layer's count, then the layers that did not move.
void put_moved(Page& page, const model::Numerics& numerics) {
  if (numerics.moved.empty()) return;
  const auto lowest = std::string(model::layer_of(numerics.moved.front().id));
  std::vector<std::string> probes, statuses, counts, silent;
  for (const auto& probe : numerics.moved) {
    if (model::layer_of(probe.id) == lowest) probes.push_back(short_probe(probe.id));
    if (model::parse_status(probe.here))
      statuses.push_back(probe.id + " is " + probe.here + " here");
    else if (model::parse_status(probe.locked))
      statuses.push_back(probe.id + " was " + probe.locked + " when locked");
  }
  for (const auto& layer : numerics.layers) {
    if (layer.moved == 0)
      silent.push_back(layer.layer);
    else
      counts.push_back(fmt::format("{} {} of {}", layer.layer, layer.moved, layer.of));
  }
  page.row("what moved", {"lowest layer ", {lowest, Tone::strong}, ": " + listed(probes, 3)});
  page.row("by layer", {listed(counts, counts.size()) + (silent.empty() ? "" : "; none in " + listed(silent, 9))});
  if (!statuses.empty()) page.row("status", {listed(statuses, 3)});
}

/// What the policy tolerates or allows of what moved.
void put_weights(Page& page, const std::vector<model::MovedProbe>& moved) {
  const auto tolerated = std::ranges::count(moved, MovedWeight::tolerated, &model::MovedProbe::weight);
  if (tolerated > 0 && tolerated < std::ssize(moved)) {
    page.row("tolerated", {counted(static_cast<std::size_t>(tolerated), "probe") + " milder than fail-on"});
  }
  for (const auto& probe : moved) {
    if (probe.weight != MovedWeight::allowed) continue;
    page.row("allowed", {fmt::format("{} until {}: {}", probe.id, probe.allowed_until, probe.allowance)});
  }
}

void put_cause(Page& page, const model::Cause& cause) {
  const bool confirmed = cause.certainty == Certainty::confirmed;
  const auto processes = cause.experiments.empty()
                             ? std::string()
                             : fmt::format(" ({})", counted(cause.experiments.size(), "further run"));
  page.row("cause", {{confirmed ? "confirmed: " : "", Tone::strong}, cause.what, {processes, Tone::faint}});
}

void put_wobble(Page& page, const model::Numerics& numerics) {
  const auto row = [&](std::string_view label, const std::vector<std::string>& ids) {
    if (!ids.empty()) page.row(label, {listed(ids, 4)});
  };
  row("unstable", numerics.unstable);
  row("transient", numerics.transient);
  if (numerics.order_dependent.empty()) return;
  page.row("order", {fmt::format("{} of these depend on what ran before them: {}", numerics.order_dependent.size(),
                                 listed(numerics.order_dependent, 3))});
}

}  // namespace

std::string how_far(const model::MovedProbe& probe) {
  if (!probe.distance) {
    if (probe.drift_class == model::DriftClass::other_stream) return "another stream";
    if (is_status(probe))
      return fmt::format("{} -> {}", is_status({"", probe.locked, ""}) ? probe.locked : "a result",
                         is_status({"", "", probe.here}) ? probe.here : "a result");
    return probe.drift_class ? "another shape, or other NaN or Inf" : "no distance";
  }
  const auto& distance = *probe.distance;
  if (!distance.resolved) return "below what the sketch can resolve";
  return fmt::format("{:.1e} ({}){}{}", distance.value, interval(distance), distance.absolute ? ", absolute" : "",
                     probe.band ? in_bands(distance.value, *probe.band) : "");
}

std::string class_of(const model::MovedProbe& probe) {
  if (!probe.drift_class) return probe.band ? "detects, never classifies" : "no class";
  return fmt::format("{}{}", model::name(*probe.drift_class), probe.borderline ? " (on the border)" : "");
}

void put_distances(Page& page, const std::vector<model::LayerSummary>& layers,
                   const std::vector<model::MovedProbe>& moved) {
  constexpr std::size_t layer_columns = 6;
  std::string_view label = "how far";
  for (const auto& layer : layers) {
    const auto worst = std::ranges::find(moved, layer.worst, &model::MovedProbe::id);
    if (worst == moved.end() || (!worst->distance && !worst->drift_class)) continue;
    page.item(label, layer.layer, layer_columns,
              {{class_of(*worst), Tone::strong}, ": " + how_far(*worst) + "; ", {short_probe(worst->id), Tone::faint}});
    label = "";
  }
}

std::size_t judged(const model::Numerics& numerics) {
  std::size_t all = 0;
  for (const auto& layer : numerics.layers) all += static_cast<std::size_t>(layer.of);
  return all;
}

std::string how_many_are_equal(const model::Numerics& numerics) {
  auto text = counted(static_cast<std::size_t>(std::max(0, numerics.identical())), "probe") + " identical";
  if (numerics.unsupported > 0) text += fmt::format(", {} unsupported on both sides", numerics.unsupported);
  if (numerics.not_deterministic > 0)
    text += fmt::format(", {} not deterministic on both sides", numerics.not_deterministic);
  return text;
}

void put_numerics(Page& page, const model::Numerics& numerics, bool with_moved) {
  if (with_moved) {
    put_moved(page, numerics);
    put_distances(page, numerics.layers, numerics.moved);
    put_weights(page, numerics.moved);
  }
  put_wobble(page, numerics);
  if (numerics.cause) put_cause(page, *numerics.cause);
}

}  // namespace envguard::report
