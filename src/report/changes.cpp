#include "report/changes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/numerics.hpp"

namespace envguard::report {

namespace {

using model::Difference;

void put_table(Page& page, const model::LockDiff& diff, Difference::Kind kind, std::string_view label) {
  std::size_t columns = 0;
  for (const auto& each : diff.differences) {
    if (each.kind == kind) columns = std::max(columns, base::display_width(each.name));
  }
  bool first = true;
  for (const auto& each : diff.differences) {
    if (each.kind != kind) continue;
    const bool replaced = each.weight == Difference::Weight::overridden;
    page.item(first ? label : "", base::visible(each.name), columns,
              {short_version(each.locked) + " -> ",
               {short_version(each.here), Tone::strong},
               {replaced ? " (strict sets it itself)" : "", Tone::faint}});
    first = false;
  }
}

std::vector<std::string> moved_in(const std::vector<model::MovedProbe>& moved, std::string_view layer) {
  std::vector<std::string> names;
  for (const auto& probe : moved) {
    if (model::layer_of(probe.id) == layer) names.push_back(short_probe(probe.id));
  }
  return names;
}

void put_layers(Page& page, const std::vector<model::LayerSummary>& layers,
                const std::vector<model::MovedProbe>& probes, const std::string& label) {
  int moved = 0, all = 0;
  bool first = true;
  for (const auto& layer : layers) {
    moved += layer.moved;
    all += layer.of;
    if (layer.moved == 0) continue;
    page.item(first ? label : "", layer.layer, 6,
              {{fmt::format("{} of {} moved", layer.moved, layer.of), Tone::strong},
               ": " + listed(moved_in(probes, layer.layer), 4)});
    first = false;
  }
  if (moved == 0) {
    page.row(label, {fmt::format("all {} identical", all)});
    return;
  }
  page.row("", {fmt::format("{} of {} identical", all - moved, all)});
  put_distances(page, layers, probes);
}

void put_probes(Page& page, const model::LockDiff& diff) {
  if (!diff.same_key && diff.layers.empty()) {
    page.row("probes", {"other hardware: the bits were not compared"});
    return;
  }
  if (!diff.same_key) page.row("", {{"not the same hardware: not a verdict", Tone::warning}});
  if (diff.layers.empty()) page.row("probes", {"none on both sides"});
  if (!diff.layers.empty()) put_layers(page, diff.layers, diff.moved, "probes");
  if (!diff.as_is_layers.empty()) put_layers(page, diff.as_is_layers, diff.as_is_moved, "as-is");
}

}  // namespace

void put_changes(Page& page, const model::LockDiff& diff) {
  if (!diff.same_key) page.row("hardware", {diff.older_hardware + " -> ", {diff.newer_hardware, Tone::strong}});
  put_table(page, diff, Difference::Kind::version, "versions");
  put_table(page, diff, Difference::Kind::knob, "knobs");
  put_table(page, diff, Difference::Kind::setting, "settings");
  put_table(page, diff, Difference::Kind::build, "build");
  put_table(page, diff, Difference::Kind::cache, "CPU caches");
  put_probes(page, diff);
  if (!diff.only_newer.empty()) page.row("new probes", {listed(diff.only_newer, 4)});
  if (!diff.only_older.empty()) page.row("gone probes", {listed(diff.only_older, 4)});
  if (diff.quarantined_older != diff.quarantined_newer) {
    const auto side = [](const auto& ids) { return ids.empty() ? std::string("none") : listed(ids, 4); };
    page.row("quarantined", {side(diff.quarantined_older) + " -> " + side(diff.quarantined_newer)});
  }
}

}  // namespace envguard::report
