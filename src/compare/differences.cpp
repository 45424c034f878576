#include "compare/differences.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "base/hash.hpp"
#include "recipe/knobs.hpp"
#include "recipe/profile.hpp"
#include "recipe/recorded.hpp"
#include "version/rule.hpp"

namespace envguard::compare {

namespace {

using model::Difference;

const std::string* value_of(const model::Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &model::Table::value_type::first);
  return found == table.end() ? nullptr : &found->second;
}

/// The kernel never computes a probe, and a CPU lock does not rest on the driver: recorded only where the policy asks.
bool belongs_in_lock(std::string_view component, const model::Policy& policy, model::DeviceKind device) {
  if (component == "driver" && device == model::DeviceKind::cpu) return false;
  if (component == "kernel") return value_of(policy.versions, component) != nullptr;
  return true;
}

/// A library says "9.19.0" or "2.11.0" of itself where the metadata says "9.19.0.56" or "2.11.0+cu130".
bool says_the_same(std::string_view loaded, std::string_view installed) {
  return installed.starts_with(loaded) &&
         (installed.size() == loaded.size() || installed[loaded.size()] == '.' || installed[loaded.size()] == '+');
}

/// Names of both tables: the older one's order, then what only the newer one has.
std::vector<std::string> names(const model::Table& older, const model::Table& newer) {
  std::vector<std::string> all;
  for (const auto& [name, value] : older) all.push_back(name);
  for (const auto& [name, value] : newer) {
    if (value_of(older, name) == nullptr) all.push_back(name);
  }
  return all;
}

void append(std::vector<Difference>& all, Difference::Kind kind, const model::Table& older, const model::Table& newer,
            const std::string& absent) {
  for (const auto& name : names(older, newer)) {
    const auto* a = value_of(older, name);
    const auto* b = value_of(newer, name);
    if (a != nullptr && b != nullptr && *a == *b) continue;
    Difference difference;
    difference.kind = kind;
    difference.name = name;
    difference.locked = a == nullptr ? absent : *a;
    difference.here = b == nullptr ? absent : *b;
    const bool replaced = kind == Difference::Kind::knob && recipe::overridden(model::Profile::strict, name);
    difference.weight = replaced ? Difference::Weight::overridden : Difference::Weight::note;
    all.push_back(std::move(difference));
  }
}

int rank(const Difference& difference) {
  switch (difference.kind) {
    case Difference::Kind::knob:
      return 0;
    case Difference::Kind::version:
      return locked_by_default(difference.name) || difference.weight == Difference::Weight::blocks ? 1 : 3;
    case Difference::Kind::setting:
    case Difference::Kind::build:
      return 2;
    case Difference::Kind::cache:
      return 4;
  }
  return 5;
}

void sort(std::vector<Difference>& all) {
  std::ranges::stable_sort(all, {}, rank);
}

/// A lock could not be read again with a version or a build fact of another form, so a hash takes its place.
void make_acceptable(Recorded& here) {
  for (auto& [name, version] : here.versions) {
    if (!recipe::version_may_be_recorded(name, version)) version = "xxh3-" + base::hash128(version).hex();
  }
  for (auto& [name, value] : here.build) {
    if (!recipe::build_may_be_recorded(name, value)) value = recipe::recorded_hash(value);
  }
}

}  // namespace

bool locked_by_default(std::string_view component) {
  static constexpr std::array names{"torch", "torch-git", "cuda", "cudnn", "nccl", "cublas", "nvrtc"};
  return std::ranges::find(names, component) != names.end();
}

bool may_move_bits(const Difference& difference, model::Profile profile) {
  if (difference.kind == Difference::Kind::cache || difference.locked == difference.here) return false;
  if (profile == model::Profile::as_is) return true;
  return difference.weight != Difference::Weight::overridden && difference.kind != Difference::Kind::setting;
}

std::vector<Difference> to_mend(const std::vector<Difference>& differences, bool drifted,
                                const std::optional<model::Cause>& cause) {
  const auto blocks = [](const Difference& each) { return each.weight == Difference::Weight::blocks; };
  std::vector<Difference> mend;
  if (drifted && cause && cause->certainty == model::Cause::Certainty::confirmed && cause->explained == cause->of) {
    std::ranges::copy_if(differences, std::back_inserter(mend), [&](const auto& each) {
      return blocks(each) || std::ranges::any_of(cause->sufficient, [&](const auto& set) {
               return std::ranges::find(set, each.name) != set.end();
             });
    });
    return mend;
  }
  std::ranges::copy_if(differences, std::back_inserter(mend), [&](const auto& each) {
    return blocks(each) || (drifted && may_move_bits(each) && rank(each) < 2);
  });
  if (drifted && mend.empty())
    std::ranges::copy_if(differences, std::back_inserter(mend), [](const auto& each) { return may_move_bits(each); });
  return mend;
}

Recorded recorded(const model::Observed& observed, const model::Policy& policy, model::DeviceKind device,
                  const model::Run* run, const model::Run* as_is_run) {
  Recorded here;
  if (as_is_run != nullptr) here.settings = settings_of(*as_is_run);
  for (const auto& component : observed.components) {
    if (!belongs_in_lock(component.name, policy, device)) continue;
    here.versions.emplace_back(component.name, component.version);
    if (run == nullptr) continue;
    const auto loaded = std::ranges::find(run->versions, component.name, &model::Component::name);
    if (loaded != run->versions.end() && !says_the_same(loaded->version, component.version)) {
      here.versions.back().second = loaded->version;
    }
  }
  here.build = observed.build;
  if (run != nullptr) here.build.insert(here.build.end(), run->built.begin(), run->built.end());
  make_acceptable(here);
  for (const auto& knob : observed.knobs) {
    if (!recipe::chooses_device(knob.name)) here.knobs.emplace_back(knob.name, knob.value);
  }
  if (device == model::DeviceKind::cpu) here.caches = observed.caches;
  return here;
}

model::Table settings_of(const model::Run& as_is_run) {
  const bool cpu = as_is_run.plan.device.kind == model::DeviceKind::cpu;
  model::Table settings;
  for (const auto& [flag, value] : as_is_run.flags) {
    if ((flag == "threads") == cpu) settings.emplace_back(flag, value);
  }
  for (const auto& probe : as_is_run.probes) {
    if (probe.choice.empty()) continue;
    auto name = probe.id.substr(model::layer_of(probe.id).size() + 1);
    std::ranges::replace(name, '.', '_');
    settings.emplace_back(std::move(name), probe.choice);
  }
  return settings;
}

Recorded recorded(const model::Lock& lock) {
  return {lock.versions, lock.build, lock.knobs, lock.caches, lock.settings};
}

Recorded known_before_measuring(Recorded locked, const Recorded& here) {
  std::erase_if(locked.build, [&](const auto& fact) { return value_of(here.build, fact.first) == nullptr; });
  if (here.settings.empty()) locked.settings.clear();
  return locked;
}

std::vector<Difference> differences(const Recorded& older, const Recorded& newer) {
  std::vector<Difference> all;
  append(all, Difference::Kind::knob, older.knobs, newer.knobs, std::string(not_set));
  append(all, Difference::Kind::version, older.versions, newer.versions, "not found");
  append(all, Difference::Kind::setting, older.settings, newer.settings, "not recorded");
  append(all, Difference::Kind::build, older.build, newer.build, "not recorded");
  append(all, Difference::Kind::cache, older.caches, newer.caches, "not recorded");
  sort(all);
  return all;
}

std::vector<Difference> differences(const Recorded& locked, const Recorded& here, const model::Policy& policy,
                                    model::DeviceKind device) {
  auto all = differences(locked, here);
  model::Table asked;  // every component with the rule that judges it
  for (const auto& name : names(locked.versions, here.versions)) {
    asked.emplace_back(name, locked_by_default(name) ? "locked" : "any");
  }
  for (const auto& [name, rule] : policy.versions) {
    if (!belongs_in_lock(name, policy, device)) continue;
    std::erase_if(asked, [&](const auto& entry) { return entry.first == name; });
    asked.emplace_back(name, rule);
  }
  for (const auto& [name, text] : asked) {
    const auto* a = value_of(locked.versions, name);
    const auto* b = value_of(here.versions, name);
    const auto answer =
        version::judge(version::Rule::parse(text), name, a == nullptr ? "" : *a, b == nullptr ? "" : *b);
    auto found =
        std::ranges::find_if(all, [&](const auto& d) { return d.kind == Difference::Kind::version && d.name == name; });
    if (answer == version::Answer::same) {  // equal as versions, spelled otherwise
      if (found != all.end()) all.erase(found);
      continue;
    }
    if (answer == version::Answer::differs_allowed) {
      if (found != all.end()) found->rule = text;
      continue;
    }
    if (found == all.end()) {
      const std::string value = b == nullptr ? "not found" : *b;
      found = all.insert(all.end(), Difference{Difference::Kind::version, name, value, value, {}, {}});
    }
    found->rule = text;
    found->weight = Difference::Weight::blocks;
  }
  sort(all);
  return all;
}

}  // namespace envguard::compare
