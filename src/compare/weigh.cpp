#include "compare/weigh.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

using model::DriftClass;
using model::FailOn;
using Weight = model::MovedProbe::Weight;

bool never_classifies(const model::MovedProbe& probe) {
  const auto* definition = recipe::find(probe.id);
  return definition != nullptr && !definition->classifies && probe.distance && probe.band;
}

std::optional<DriftClass> gravest(const std::vector<model::MovedProbe>& moved) {
  std::optional<DriftClass> found;
  for (const auto& probe : moved) found = std::max(found, probe.drift_class);
  return found;
}

bool fails(std::optional<DriftClass> drift_class, FailOn fail_on) {
  switch (fail_on) {
    case FailOn::any_bit:
      return true;
    case FailOn::precision:
      return drift_class != DriftClass::rounding;
    case FailOn::wrong:
      return drift_class != DriftClass::rounding && drift_class != DriftClass::precision;
    case FailOn::never:
      return false;
  }
  return true;
}

bool covers(const model::Allowance& allowance, DriftClass drift_class) {
  if (drift_class == DriftClass::other_stream || allowance.drift_class == DriftClass::other_stream) {
    return drift_class == allowance.drift_class;
  }
  return drift_class <= allowance.drift_class;
}

/// The reason why an exception does not count, or nothing.
std::string void_because(const model::Allowance& allowance, const model::Judgement& judgement, std::string_view today) {
  const auto holds = [&](const auto& moved) {
    return std::ranges::find(moved, allowance.probe, &model::MovedProbe::id) != moved.end();
  };
  if (recipe::find(allowance.probe) == nullptr) {
    return fmt::format("[[allow]] names {}, which is no probe of this recipe", allowance.probe);
  }
  if (allowance.until < today && (holds(judgement.moved) || (judgement.as_is && holds(judgement.as_is->moved)))) {
    return fmt::format("the [[allow]] of {} ended on {}", allowance.probe, allowance.until);
  }
  return {};
}

void weigh(std::vector<model::MovedProbe>& moved, const model::Policy& policy, std::string_view target,
           std::string_view today) {
  const auto worst = gravest(moved);
  for (auto& probe : moved) {
    const auto drift_class = never_classifies(probe) ? worst : probe.drift_class;
    probe.weight = fails(drift_class, policy.fail_on) ? Weight::blocks : Weight::tolerated;
    for (const auto& allowance : policy.allow) {
      const bool meant = allowance.probe == probe.id && allowance.target == target && allowance.until >= today;
      if (!meant || !drift_class || !covers(allowance, *drift_class)) continue;
      probe.weight = Weight::allowed;
      probe.allowance = allowance.reason;
      probe.allowed_until = allowance.until;
    }
  }
}

}  // namespace

void weigh(model::Judgement& judgement, const model::Policy& policy, std::string_view today) {
  weigh(judgement.moved, policy, judgement.target, today);
  if (judgement.as_is) weigh(judgement.as_is->moved, policy, judgement.target, today);
  for (const auto& allowance : policy.allow) {
    if (allowance.target != judgement.target) continue;
    if (auto why = void_because(allowance, judgement, today); !why.empty()) judgement.notes.push_back(std::move(why));
  }
}

std::vector<std::string> what_the_policy_says(const model::Policy& policy, const model::Judgement& judgement,
                                              std::string_view today) {
  std::vector<std::string> notes;
  switch (policy.fail_on) {
    case FailOn::any_bit:
      break;
    case FailOn::precision:
      notes.emplace_back("the policy lets changes of the class rounding pass (fail-on = \"precision\")");
      break;
    case FailOn::wrong:
      notes.emplace_back("the policy lets changes of the classes rounding and precision pass (fail-on = \"wrong\")");
      break;
    case FailOn::never:
      notes.emplace_back("the policy lets every change of the numerics pass (fail-on = \"never\")");
      break;
  }
  for (const auto& allowance : policy.allow) {
    if (allowance.target != judgement.target || allowance.until < today || recipe::find(allowance.probe) == nullptr)
      continue;
    notes.push_back(fmt::format("the policy lets {} change up to the class {} until {}", allowance.probe,
                                model::name(allowance.drift_class), allowance.until));
  }
  if (policy.least_computed > 0) {
    notes.push_back(
        fmt::format("the policy asks for {} probes that are computed equal (least-computed)", policy.least_computed));
  }
  return notes;
}

bool blocked_by_numerics(const model::Judgement& judgement) {
  const auto blocks = [](const auto& probe) { return probe.weight == Weight::blocks; };
  return std::ranges::any_of(judgement.moved, blocks) ||
         (judgement.as_is && std::ranges::any_of(judgement.as_is->moved, blocks));
}

}  // namespace envguard::compare
