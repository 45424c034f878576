#include "compare/itself_first.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "compare/lines.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

enum class State { agrees, drifted, order_dependent, transient, unstable, needs_ladder, needs_part };

/// One probe's lines: of the whole ladders, and of the run of failing units alone.
struct History {
  std::string locked;
  std::vector<std::string> whole;
  std::optional<std::string> part;
};

/// A and B are equal and not the lock's.
State of_repeated(const History& probe) {
  const auto& a = probe.whole.front();
  if (std::ranges::any_of(probe.whole, [&](const auto& line) { return line != a; })) return State::unstable;
  if (!probe.part) return probe.whole.size() == 2 ? State::needs_part : State::drifted;
  if (*probe.part == a) return State::drifted;
  return probe.whole.size() == 2 ? State::needs_ladder : State::order_dependent;
}

State state_of(const History& probe) {
  const auto differing = std::ranges::count_if(probe.whole, [&](const auto& line) { return line != probe.locked; });
  if (differing == 0) return State::agrees;
  if (probe.whole.size() < 2) return State::needs_ladder;
  const auto& a = probe.whole[0];
  const auto& b = probe.whole[1];
  if (a != probe.locked && b != probe.locked) {
    if (a == b) return of_repeated(probe);
    return probe.whole.size() < 4 ? State::needs_ladder : State::unstable;
  }
  if (differing > 1) return State::unstable;
  return probe.whole.size() < most_ladders ? State::needs_ladder : State::transient;
}

bool is_whole(const Measured& run, const Ladder& ladder) {
  return run.asked.probes == ladder.probes;
}

std::vector<History> histories(const Ladder& ladder, const std::vector<Measured>& runs) {
  std::vector<std::string> judged;
  std::vector<History> all;
  for (const auto& [id, line] : ladder.locked) {
    judged.push_back(id);
    all.push_back({line, {}, {}});
  }
  for (const auto& run : runs) {
    const auto here = lines(run.run, judged);
    const std::set<std::string> asked(run.asked.probes.begin(), run.asked.probes.end());
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (is_whole(run, ladder)) {
        all[i].whole.push_back(here[i].second);
      } else if (asked.contains(judged[i])) {
        all[i].part = here[i].second;
      }
    }
  }
  return all;
}

int distinct_results(const std::vector<History>& all) {
  std::set<std::vector<std::string>> distinct;
  for (std::size_t run = 0; !all.empty() && run < all.front().whole.size(); ++run) {
    std::vector<std::string> result;
    for (const auto& probe : all) result.push_back(probe.whole[run]);
    distinct.insert(std::move(result));
  }
  return static_cast<int>(distinct.size());
}

}  // namespace

std::variant<Measure, Steadiness> itself_first(const Ladder& ladder, const std::vector<Measured>& runs) {
  const auto measure = [&](std::vector<std::string> probes) { return Measure{std::move(probes), ladder.profile}; };
  if (runs.empty()) return measure(ladder.probes);
  const auto all = histories(ladder, runs);
  Steadiness found;
  std::vector<std::string> unconfirmed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& id = ladder.locked[i].first;
    switch (state_of(all[i])) {
      case State::agrees:
        break;
      case State::order_dependent:
        found.order_dependent.push_back(id);
        [[fallthrough]];
      case State::drifted:
        found.drifted.push_back(id);
        break;
      case State::transient:
        found.transient.push_back(id);
        break;
      case State::unstable:
        found.unstable.push_back(id);
        break;
      case State::needs_ladder:
        return measure(ladder.probes);
      case State::needs_part:
        unconfirmed.push_back(id);
        break;
    }
  }
  if (!unconfirmed.empty()) return measure(whole_units(ladder.probes, unconfirmed));
  found.distinct_results = distinct_results(all);
  return found;
}

std::vector<std::string> whole_units(const std::vector<std::string>& ladder, const std::vector<std::string>& ids) {
  const auto unit = [](const std::string& id) {
    const auto* definition = recipe::find(id);
    return definition == nullptr ? id : definition->unit;
  };
  std::set<std::string> units;
  for (const auto& id : ids) units.insert(unit(id));
  std::vector<std::string> probes;
  std::ranges::copy_if(ladder, std::back_inserter(probes), [&](const auto& id) { return units.contains(unit(id)); });
  return probes;
}

}  // namespace envguard::compare
