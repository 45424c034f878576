#include "compare/lines.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

constexpr std::string_view no_line = "no line";

std::unordered_map<std::string, std::string> table(const model::Run& run) {
  std::unordered_map<std::string, std::string> lines;
  for (const auto& probe : run.probes) lines.emplace(probe.id, probe.line());
  return lines;
}

}  // namespace

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::ranges::find(ids, id) != ids.end();
}

ProbeSets probe_sets(const model::Lock& lock, const std::vector<std::string>& here, model::Profile profile) {
  const std::unordered_set<std::string> present(here.begin(), here.end());
  std::unordered_set<std::string> quarantined;
  if (profile == model::Profile::strict) quarantined.insert(lock.quarantined.begin(), lock.quarantined.end());
  std::unordered_set<std::string> locked;
  ProbeSets sets;
  for (const auto& [id, line] : lock.lines(profile)) {
    locked.insert(id);
    if (!present.contains(id)) sets.only_in_lock.push_back(id);
  }
  for (const auto& id : here) {
    if (quarantined.contains(id)) {
      sets.quarantined.push_back(id);
    } else {
      (locked.contains(id) ? sets.judged : sets.only_here).push_back(id);
    }
  }
  return sets;
}

std::vector<model::ProbeLine> lines(const model::Lock& lock, const std::vector<std::string>& judged,
                                    model::Profile profile) {
  const auto& all = lock.lines(profile);
  const std::unordered_map<std::string, std::string> table(all.begin(), all.end());
  std::vector<model::ProbeLine> lines;
  lines.reserve(judged.size());
  for (const auto& id : judged) lines.emplace_back(id, table.at(id));
  return lines;
}

std::vector<model::ProbeLine> lines(const model::Run& run, const std::vector<std::string>& judged) {
  const auto answered = table(run);
  std::vector<model::ProbeLine> lines;
  lines.reserve(judged.size());
  for (const auto& id : judged) {
    const auto found = answered.find(id);
    lines.emplace_back(id, found == answered.end() ? std::string(no_line) : found->second);
  }
  return lines;
}

std::optional<model::Fault> fault_of(const model::Run& run, const std::vector<std::string>& probes,
                                     const std::vector<std::string>& exempt) {
  if (run.fault) return run.fault;
  const std::unordered_set<std::string> forgiven(exempt.begin(), exempt.end());
  for (const auto& id : probes) {
    if (forgiven.contains(id)) continue;
    const auto* probe = run.probe(id);
    if (probe == nullptr) return model::Fault{model::Fault::Kind::no_done, fmt::format("{} gave no result", id), id};
    if (probe->status == model::ProbeStatus::failed || (probe->status == model::ProbeStatus::ok && !probe->hash)) {
      const auto message = probe->message.empty() ? std::string("no message") : probe->message;
      return model::Fault{model::Fault::Kind::crashed, fmt::format("{} failed: {}", id, message), id};
    }
  }
  return std::nullopt;
}

std::vector<model::MovedProbe> moved(const std::vector<model::ProbeLine>& locked,
                                     const std::vector<model::ProbeLine>& here) {
  std::vector<model::MovedProbe> moved;
  for (std::size_t i = 0; i < locked.size(); ++i) {
    if (locked[i].second != here[i].second) moved.push_back({locked[i].first, locked[i].second, here[i].second});
  }
  std::ranges::stable_sort(moved, {}, [](const auto& probe) { return recipe::layer_rank(model::layer_of(probe.id)); });
  return moved;
}

std::vector<model::LayerSummary> layer_summaries(const std::vector<model::ProbeLine>& lines,
                                                 const std::vector<model::MovedProbe>& moved) {
  std::vector<model::LayerSummary> layers;
  const auto layer = [&](std::string_view id) -> model::LayerSummary& {
    const auto name = model::layer_of(id);
    const auto found = std::ranges::find(layers, name, &model::LayerSummary::layer);
    return found != layers.end() ? *found : layers.emplace_back(model::LayerSummary{std::string(name), 0, 0, {}});
  };
  for (const auto& [id, line] : lines) ++layer(id).of;
  for (const auto& probe : moved) {
    auto& summary = layer(probe.id);
    ++summary.moved;
    const auto worst = std::ranges::find(moved, summary.worst, &model::MovedProbe::id);
    if (worst == moved.end() || model::moved_more(probe, *worst)) summary.worst = probe.id;
  }
  std::ranges::stable_sort(layers, {}, [](const auto& summary) { return recipe::layer_rank(summary.layer); });
  return layers;
}

std::vector<std::string> wobbling(const std::vector<std::vector<model::ProbeLine>>& runs) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; !runs.empty() && i < runs.front().size(); ++i) {
    const auto& first = runs.front()[i];
    if (std::ranges::any_of(runs, [&](const auto& run) { return run[i].second != first.second; })) {
      ids.push_back(first.first);
    }
  }
  return ids;
}

int count_distinct(std::vector<std::vector<model::ProbeLine>> runs) {
  std::ranges::sort(runs);
  const auto repeated = std::ranges::unique(runs);
  return static_cast<int>(std::distance(runs.begin(), repeated.begin()));
}

}  // namespace envguard::compare
