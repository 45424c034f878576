#include "compare/substitutes.hpp"

#include <algorithm>
#include <functional>

#include "compare/differences.hpp"
#include "compare/signatures.hpp"
#include "recipe/knobs.hpp"
#include "recipe/recorded.hpp"

namespace envguard::compare {

namespace {

using model::Difference;

bool is_knob_to_put_back(const Difference& difference, model::Profile profile) {
  if (difference.kind != Difference::Kind::knob || !may_move_bits(difference, profile)) return false;
  if (difference.locked == not_set) return recipe::may_be_removed(difference.name);
  return recipe::may_be_set(difference.name, difference.locked);
}

/// Threads and flags. An attention backend cannot be set: PyTorch chooses it by the flags.
bool is_setting_to_put_back(const Difference& difference, model::Profile profile) {
  return profile == model::Profile::as_is && difference.kind == Difference::Kind::setting &&
         recipe::setting_may_be_set(difference.name, difference.locked);
}

bool any_knob(const std::vector<Difference>& differences, model::Profile profile) {
  return std::ranges::any_of(differences, [&](const auto& each) { return is_knob_to_put_back(each, profile); });
}

bool comes_with_the_install(const Difference& difference) {
  if (difference.kind == Difference::Kind::build) return true;
  return difference.kind == Difference::Kind::version && difference.name != "driver" && difference.name != "glibc" &&
         difference.name != "kernel";
}

template <typename Named, typename Name>
void sort_by_likelihood(std::vector<Named>& all, const std::vector<std::string>& drifted, Name name) {
  std::ranges::stable_sort(all, std::greater<>(),
                           [&](const Named& each) { return likelihood(std::invoke(name, each), drifted); });
}

}  // namespace

std::vector<Substitute> substitutes(const std::vector<Difference>& differences, const std::vector<std::string>& drifted,
                                    model::Profile profile, bool against) {
  const bool knobs = any_knob(differences, profile);
  std::vector<Substitute> all;
  for (const auto& difference : differences) {
    if (is_knob_to_put_back(difference, profile)) {
      auto value = difference.locked == not_set ? std::nullopt : std::optional(difference.locked);
      all.push_back({difference.name, {{{difference.name, std::move(value)}}, {}, false}});
    } else if (!knobs && is_setting_to_put_back(difference, profile)) {
      all.push_back({difference.name, {{}, {{difference.name, difference.locked}}, false}});
    }
  }
  if (against) all.push_back({other_install_name, {{}, {}, true}});
  sort_by_likelihood(all, drifted, &Substitute::name);
  return all;
}

std::vector<std::string> not_substitutable(const std::vector<Difference>& differences,
                                           const std::vector<std::string>& drifted, model::Profile profile,
                                           bool against) {
  const bool knobs = any_knob(differences, profile);
  std::vector<std::string> names;
  for (const auto& difference : differences) {
    if (!may_move_bits(difference, profile) || is_knob_to_put_back(difference, profile)) continue;
    if (!knobs && is_setting_to_put_back(difference, profile)) continue;
    if (against && comes_with_the_install(difference)) continue;
    names.push_back(difference.name);
  }
  sort_by_likelihood(names, drifted, std::identity());
  return names;
}

}  // namespace envguard::compare
