#include "compare/classify.hpp"

#include <algorithm>
#include <cmath>

#include "compare/distance.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

using model::DriftClass;
using recipe::DType;

/// The class of a change that has no distance.
std::optional<DriftClass> class_without_distance(const model::MovedProbe& probe, const model::Evidence* then,
                                                 const model::Evidence* now) {
  if (model::parse_status(probe.locked) || model::parse_status(probe.here)) return DriftClass::wrong;
  if (then == nullptr || now == nullptr) return std::nullopt;
  return DriftClass::wrong;  // another shape, or other NaN or Inf
}

const model::Evidence* numbers(const model::EvidenceRecord* record) {
  return record != nullptr && record->evidence.elements > 0 ? &record->evidence : nullptr;
}

void assess_one(model::MovedProbe& probe, const model::EvidenceRecord* locked, const model::EvidenceRecord* here) {
  if (model::layer_of(probe.id) == "rng") {
    probe.drift_class = DriftClass::other_stream;
    return;
  }
  const auto* then = numbers(locked);
  const auto* now = numbers(here);
  if (then != nullptr && now != nullptr) probe.distance = distance(*then, *now);
  if (locked != nullptr) probe.band = locked->band;
  if (!probe.band && here != nullptr) probe.band = here->band;
  if (!probe.distance) {
    probe.drift_class = class_without_distance(probe, then, now);
    return;
  }
  const auto* definition = recipe::find(probe.id);
  if (!probe.band || definition == nullptr || !definition->classifies) return;
  probe.drift_class = classify(probe.distance->high, *probe.band, definition->dtype);
  probe.borderline = classify(probe.distance->low, *probe.band, definition->dtype) != *probe.drift_class;
}

void widen(model::EvidenceRecord& record, const std::vector<model::ProbeResult>& results) {
  if (record.evidence.elements == 0 || model::layer_of(record.id) == "rng") return;
  const auto found = std::ranges::find(results, record.id, &model::ProbeResult::id);
  if (found == results.end() || !found->evidence) return;
  const auto moved = distance(record.evidence, *found->evidence);
  if (moved && !moved->absolute) record.band = std::max(record.band.value_or(0), moved->value);
}

}  // namespace

int bits_to_next_lower(DType dtype) {
  switch (dtype) {
    case DType::float64:
      return 29;
    case DType::float32:
      return 16;
    case DType::float16:
      return 7;
    case DType::bfloat16:
      return 4;
    case DType::int64:
      break;
  }
  return 0;
}

DriftClass classify(double distance, double band, DType dtype) {
  if (within_band(distance, band)) return DriftClass::rounding;
  const double border = std::min(precision_cap, std::ldexp(rounding_border * band, bits_to_next_lower(dtype)));
  return distance <= border ? DriftClass::precision : DriftClass::wrong;
}

model::EvidenceTable evidence_of(const model::Run& run) {
  model::EvidenceTable table;
  for (const auto& probe : run.probes) {
    table.records.push_back({run.plan.profile, probe.id, probe.evidence.value_or(model::Evidence{}), {}});
  }
  return table;
}

void assess(std::vector<model::MovedProbe>& moved, const model::EvidenceTable* locked, const model::EvidenceTable& here,
            model::Profile profile) {
  for (auto& probe : moved) {
    assess_one(probe, locked == nullptr ? nullptr : locked->record(probe.id, profile), here.record(probe.id, profile));
  }
}

void set_bands(std::vector<model::EvidenceRecord>& records, const model::Run& perturbed) {
  for (auto& record : records) {
    if (record.profile != perturbed.plan.profile) continue;
    for (const auto& round : perturbed.rounds) widen(record, round);
  }
}

void widen_bands(std::vector<model::EvidenceRecord>& records, const model::Run& later) {
  for (auto& record : records) {
    if (record.profile == later.plan.profile) widen(record, later.probes);
  }
}

}  // namespace envguard::compare
