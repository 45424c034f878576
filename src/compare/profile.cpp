#include "compare/profile.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compare/cause.hpp"
#include "compare/classify.hpp"
#include "compare/distance.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

/// A probe that flips a second time within the month is no accident.
void take_back_recent(Steadiness& found, const std::vector<std::string>& recent) {
  const auto again = [&](const auto& id) { return contains(recent, id); };
  std::ranges::copy_if(found.transient, std::back_inserter(found.unstable), again);
  std::erase_if(found.transient, again);
}

}  // namespace

ProfileOfLock::ProfileOfLock(model::Profile profile, const model::Lock& lock, const model::EvidenceTable* evidence)
    : profile_(profile),
      lock_(lock),
      evidence_(evidence),
      probes_(recipe::probes(model::device_kind(lock.key), profile)),
      sets_(probe_sets(lock, probes_, profile)) {
  if (evidence == nullptr) {
    const auto all = lines(lock, sets_.judged, profile);
    not_judged_ = std::erase_if(sets_.judged, [&](const auto& id) {
      return std::ranges::find(all, model::ProbeLine(id, model::by_band)) != all.end();
    });
  }
  locked_ = lines(lock, sets_.judged, profile);
}

void ProfileOfLock::leave_out_unstartable(const model::Run& run) {
  const auto unsupported = model::name(model::ProbeStatus::unsupported);
  for (const auto& [id, line] : std::vector(locked_)) {
    const auto* probe = run.probe(id);
    const auto* definition = recipe::find(id);
    if (probe == nullptr || definition == nullptr || !definition->embedded) continue;
    const bool was_unsupported = line == unsupported;
    const bool is_unsupported = probe->status == model::ProbeStatus::unsupported;
    if (was_unsupported == is_unsupported) continue;
    std::erase(sets_.judged, id);
    (is_unsupported ? sets_.only_in_lock : sets_.only_here).push_back(id);
  }
  std::erase_if(locked_, [&](const auto& line) { return !contains(sets_.judged, line.first); });
}

Ladder ProfileOfLock::ladder() const {
  return {profile_, probes_, locked_};
}

/// Within its band a probe has the lock's line, whatever its bits.
void ProfileOfLock::judge_by_band(model::Run& run) const {
  for (auto& probe : run.probes) {
    if (std::ranges::find(locked_, model::ProbeLine(probe.id, model::by_band)) == locked_.end()) continue;
    const auto* record = evidence_->record(probe.id, profile_);
    if (record == nullptr || !record->band || !probe.evidence) continue;
    const auto far = distance(record->evidence, *probe.evidence);
    probe.judged_as = far && within_band(far->value, *record->band) ? model::by_band : "beyond-its-band";
  }
}

std::optional<model::Fault> ProfileOfLock::fault(const Measured& measured) const {
  if (auto found = fault_of(measured.run, measured.asked.probes, sets_.quarantined)) return found;
  const auto* key = std::get_if<model::GpuKey>(&lock_.key);
  if (key == nullptr || !measured.run.gpu || *measured.run.gpu == *key) return std::nullopt;
  return model::Fault{model::Fault::Kind::bad_protocol,
                      fmt::format("the engine measured on {}, the lock is of {}", model::describe(*measured.run.gpu),
                                  model::describe(lock_.key)),
                      {}};
}

model::Numerics ProfileOfLock::glance(const model::Run& run) const {
  model::Numerics numerics;
  const auto here = lines(run, sets_.judged);
  numerics.locked_id = profile_ == model::Profile::strict ? lock_.id : lock_.as_is_id;
  numerics.id = model::fingerprint_id(here);
  numerics.moved = moved(locked_, here);
  numerics.layers = layer_summaries(locked_, numerics.moved);
  for (std::size_t i = 0; i < here.size(); ++i) {
    if (locked_[i].second != here[i].second) continue;
    const auto status = model::parse_status(here[i].second);
    if (status == model::ProbeStatus::unsupported) ++numerics.unsupported;
    if (status == model::ProbeStatus::not_deterministic) ++numerics.not_deterministic;
  }
  numerics.only_in_lock = sets_.only_in_lock;
  numerics.only_here = sets_.only_here;
  return numerics;
}

std::variant<Measure, model::Fault, model::Numerics> ProfileOfLock::judge(
    std::vector<Measured> runs, const std::vector<model::Difference>& differences,
    const std::vector<std::string>& recent_transients, bool may_go_on, bool against) const {
  std::vector<Measured> plain, experiments;
  for (auto& measured : runs) {
    judge_by_band(measured.run);
    (measured.asked.step == Step{} ? plain : experiments).push_back(std::move(measured));
  }
  for (const auto& measured : plain) {
    if (auto found = fault(measured)) return *std::move(found);
  }
  auto steadiness = itself_first(ladder(), plain);
  if (auto* wanted = std::get_if<Measure>(&steadiness)) return std::move(*wanted);
  auto found = std::get<Steadiness>(std::move(steadiness));
  take_back_recent(found, recent_transients);

  const auto& first = plain.front().run;
  auto numerics = glance(first);
  numerics.runs = static_cast<int>(plain.size());
  std::erase_if(numerics.moved, [&](const auto& probe) { return !contains(found.drifted, probe.id); });
  numerics.layers = layer_summaries(locked_, numerics.moved);
  if (!found.drifted.empty()) {
    auto cause = find_cause({.profile = profile_,
                             .substitutes = substitutes(differences, found.drifted, profile_, against),
                             .others = not_substitutable(differences, found.drifted, profile_, against),
                             .locked = lines(lock_, found.drifted, profile_),
                             .here = lines(first, found.drifted),
                             .probes = found.order_dependent.empty() ? whole_units(probes_, found.drifted) : probes_},
                            experiments, may_go_on);
    if (auto* wanted = std::get_if<Measure>(&cause)) return std::move(*wanted);
    numerics.cause = std::get<model::Cause>(std::move(cause));
    assess(numerics.moved, evidence_, evidence_of(first), profile_);
    numerics.layers = layer_summaries(locked_, numerics.moved);
  }
  numerics.order_dependent = std::move(found.order_dependent);
  numerics.distinct_results = found.unstable.empty() ? 0 : found.distinct_results;
  numerics.transient = std::move(found.transient);
  numerics.unstable = std::move(found.unstable);
  return numerics;
}

}  // namespace envguard::compare
