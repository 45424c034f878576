#include "compare/diff.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "compare/classify.hpp"
#include "compare/differences.hpp"
#include "compare/lines.hpp"

namespace envguard::compare {

namespace {

std::vector<std::string> ids(const model::Lock& lock, model::Profile profile = model::Profile::strict) {
  std::vector<std::string> ids;
  for (const auto& [id, line] : lock.lines(profile)) ids.push_back(id);
  return ids;
}

/// Where one of them has no as-is lines there is nothing to compare.
void diff_as_is(model::LockDiff& diff, const LockSide& older, const LockSide& newer) {
  constexpr auto as_is = model::Profile::as_is;
  const auto both = probe_sets(older.lock, ids(newer.lock, as_is), as_is).judged;
  const auto before = lines(older.lock, both, as_is);
  diff.as_is_moved = moved(before, lines(newer.lock, both, as_is));
  if (newer.evidence != nullptr) assess(diff.as_is_moved, older.evidence, *newer.evidence, as_is);
  std::erase_if(diff.as_is_moved, [](const auto& probe) {
    const bool judged_by_band = probe.locked == model::by_band || probe.here == model::by_band;
    return judged_by_band && probe.distance && probe.band && within_band(probe.distance->value, *probe.band);
  });
  diff.as_is_layers = layer_summaries(before, diff.as_is_moved);
}

model::LayerChange change_of_layer(const model::LayerSummary& layer, const std::vector<model::MovedProbe>& moved) {
  model::LayerChange change{.layer = layer.layer, .moved = layer.moved, .of = layer.of};
  const auto worst = std::ranges::find(moved, layer.worst, &model::MovedProbe::id);
  if (worst == moved.end()) return change;
  change.worst = worst->id.substr(std::min(worst->id.size(), layer.layer.size() + 1));
  if (worst->distance) change.distance = fmt::format("{:.1e}", worst->distance->value);
  if (worst->drift_class) change.drift_class = model::name(*worst->drift_class);
  return change;
}

/// All of as-is in one line, which stands beside the layers of strict.
model::LayerChange change_of_as_is(const model::LockDiff& diff) {
  model::LayerSummary all{.layer = "as-is"};
  for (const auto& layer : diff.as_is_layers) {
    all.moved += layer.moved;
    all.of += layer.of;
  }
  const auto worst = std::ranges::min_element(diff.as_is_moved, model::moved_more);
  auto change = change_of_layer(all, diff.as_is_moved);
  if (worst->distance) change.distance = fmt::format("{:.1e}", worst->distance->value);
  if (worst->drift_class) change.drift_class = model::name(*worst->drift_class);
  change.worst = worst->id;
  return change;
}

std::string change(const model::Difference& difference) {
  return fmt::format("{} {} -> {}", difference.name, difference.locked, difference.here);
}

}  // namespace

model::LockDiff diff(const LockSide& older_side, const LockSide& newer_side) {
  const auto& older = older_side.lock;
  const auto& newer = newer_side.lock;
  model::LockDiff diff;
  diff.environment = newer.environment;
  diff.target = newer.target;
  diff.older_hardware = model::describe(older.key);
  diff.newer_hardware = model::describe(newer.key);
  diff.same_key = older.key == newer.key;
  diff.older_id = older.id;
  diff.newer_id = newer.id;
  diff.older_locked = older.locked;
  diff.newer_locked = newer.locked;
  diff.reason = newer.reason;
  auto before_it = recorded(older), after_it = recorded(newer);
  if (older.as_is.empty() || newer.as_is.empty()) before_it.settings = after_it.settings = {};  // of as-is
  diff.differences = differences(before_it, after_it);
  diff.quarantined_older = older.quarantined;
  diff.quarantined_newer = newer.quarantined;
  const auto sets = probe_sets(older, ids(newer));
  for (const auto& id : sets.only_in_lock) {
    if (std::ranges::find(newer.quarantined, id) == newer.quarantined.end()) diff.only_older.push_back(id);
  }
  diff.only_newer = sets.only_here;
  // Of two machines only the distances say something, and they are no verdict.
  const bool both_evidence = older_side.evidence != nullptr && newer_side.evidence != nullptr;
  const bool same_kind = older.key.index() == newer.key.index();
  if (!diff.same_key && !(same_kind && both_evidence)) return diff;
  const auto before = lines(older, sets.judged);
  diff.moved = moved(before, lines(newer, sets.judged));
  if (newer_side.evidence != nullptr) assess(diff.moved, older_side.evidence, *newer_side.evidence);
  diff.layers = layer_summaries(before, diff.moved);
  diff_as_is(diff, older_side, newer_side);
  return diff;
}

model::LockDiff added(const model::Lock& lock) {
  model::LockDiff diff;
  diff.kind = model::LockDiff::Kind::added;
  diff.environment = lock.environment;
  diff.target = lock.target;
  diff.newer_hardware = model::describe(lock.key);
  diff.newer_id = lock.id;
  diff.newer_locked = lock.locked;
  diff.reason = lock.reason;
  diff.only_newer = ids(lock);
  diff.quarantined_newer = lock.quarantined;
  return diff;
}

model::LockDiff removed(const model::Lock& lock) {
  auto diff = added(lock);
  diff.kind = model::LockDiff::Kind::removed;
  std::swap(diff.older_hardware, diff.newer_hardware);
  std::swap(diff.older_id, diff.newer_id);
  std::swap(diff.older_locked, diff.newer_locked);
  std::swap(diff.only_older, diff.only_newer);
  std::swap(diff.quarantined_older, diff.quarantined_newer);
  diff.reason.clear();
  return diff;
}

std::optional<model::Change> change_of(const model::LockDiff& diff) {
  model::Change change_table;
  for (const auto& difference : diff.differences) {
    if (difference.kind == model::Difference::Kind::version) {
      change_table.versions.push_back(change(difference));
    } else if (difference.kind == model::Difference::Kind::knob) {
      change_table.knobs.push_back(change(difference));
    }
  }
  for (const auto& layer : diff.layers) {
    if (layer.moved > 0) change_table.layers.push_back(change_of_layer(layer, diff.moved));
  }
  if (!diff.as_is_moved.empty()) change_table.layers.push_back(change_of_as_is(diff));
  if (change_table == model::Change{}) return std::nullopt;
  return change_table;
}

}  // namespace envguard::compare
