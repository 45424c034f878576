#include "report/numerics.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/probe.hpp"

namespace envguard::report {

namespace {

using Certainty = model::Cause::Certainty;
using Weight = model::MovedProbe::Weight;

/// "0.9–1.6e-07": both ends in the exponent of the higher one.
std::string interval(const model::Distance& distance) {
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

void put_weights(Page& page, const std::vector<model::MovedProbe>& moved) {
  const auto tolerated = std::ranges::count(moved, Weight::tolerated, &model::MovedProbe::weight);
  if (tolerated > 0 && tolerated < std::ssize(moved)) {
    page.row("tolerated", {counted(static_cast<std::size_t>(tolerated), "probe") + " milder than fail-on"});
  }
  for (const auto& probe : moved) {
    if (probe.weight != Weight::allowed) continue;
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

}  // namespace envguard::report
