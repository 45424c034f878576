#include "compare/comparison.hpp"

#include <algorithm>

#include "compare/classify.hpp"
#include "compare/lines.hpp"

namespace envguard::compare {

namespace {

void fill_in(model::ComparisonSide& side, const RunsOfSide& runs) {
  for (const auto* run : {&runs.first, &runs.second}) {
    const auto fault = fault_of(*run, run->plan.probes, {});
    if (fault && side.fault.empty()) side.fault = fault->what;
  }
  if (!side.fault.empty()) return;
  const auto& ids = runs.first.plan.probes;
  const auto first = lines(runs.first, ids);
  side.id = model::fingerprint_id(first);
  side.unstable = wobbling({first, lines(runs.second, ids)});
}

model::ComparisonPair compare_two(const model::ComparisonSide& a, const model::ComparisonSide& b,
                                  const model::Run& run_a, const model::Run& run_b,
                                  const std::vector<model::EvidenceRecord>& bands) {
  auto ids = run_a.plan.probes;
  std::erase_if(ids, [&](const auto& id) { return contains(a.unstable, id) || contains(b.unstable, id); });
  auto evidence = evidence_of(run_a);
  for (auto& record : evidence.records) {
    const auto found = std::ranges::find(bands, record.id, &model::EvidenceRecord::id);
    if (found != bands.end()) record.band = found->band;
  }
  model::ComparisonPair pair;
  const auto before = lines(run_a, ids);
  pair.moved = moved(before, lines(run_b, ids));
  assess(pair.moved, &evidence, evidence_of(run_b), run_a.plan.profile);
  pair.layers = layer_summaries(before, pair.moved);
  return pair;
}

}  // namespace

void compare_sides(model::Comparison& comparison, const std::vector<RunsOfSide>& runs,
                   const std::vector<model::EvidenceRecord>& bands) {
  auto& sides = comparison.sides;
  for (std::size_t i = 0; i < sides.size(); ++i) fill_in(sides[i], runs[i]);
  for (std::size_t a = 0; a < sides.size(); ++a) {
    for (std::size_t b = a + 1; b < sides.size(); ++b) {
      if (!sides[a].fault.empty() || !sides[b].fault.empty()) continue;
      auto pair = compare_two(sides[a], sides[b], runs[a].first, runs[b].first, bands);
      pair.a = a;
      pair.b = b;
      comparison.pairs.push_back(std::move(pair));
    }
  }
}

std::vector<model::EvidenceRecord> evidence_with_bands(const model::Run& run, const model::Run& perturbed) {
  auto records = evidence_of(run).records;
  set_bands(records, perturbed);
  return records;
}

}  // namespace envguard::compare
