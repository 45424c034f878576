#include "compare/completeness.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

using model::Profile;

/// The first schema was written with the recipes 1 to 3, the next one began with recipe 3.
constexpr int first_recipe_of_schema_2 = 3;
constexpr int first_recipe_with_as_is = 2;
/// The as-is probes of recipe 2 changed while its number stayed the same.
constexpr int first_recipe_with_known_as_is = 3;

class Completeness {
 public:
  Completeness(const model::Lock& lock, std::string_view place)
      : lock_(lock), place_(place), device_(model::device_kind(lock.key)) {}

  void check() const {
    check_number();
    check_quarantined();
    for (const auto profile : {Profile::strict, Profile::as_is}) {
      check_known(profile);
      check_all_there(profile);
    }
  }

 private:
  [[nodiscard]] base::Error error(const std::string& what, const std::string& next = {}) const {
    return base::Error(base::ExitCode::lock_unreadable, what,
                       next.empty() ? "restore it with git, or move it away and measure again: envguard lock" : next)
        .at(place_);
  }

  void check_number() const {
    if (lock_.recipe > recipe::number) {
      throw error(fmt::format("its recipe is {}, and this envguard knows recipes up to {}: it was written by a newer "
                              "envguard",
                              lock_.recipe, recipe::number),
                  "install a newer envguard");
    }
    if (lock_.schema > 1 && lock_.recipe < first_recipe_of_schema_2) {
      throw error(
          fmt::format("its recipe is {}, and locks of schema {} begin with recipe {}: somebody changed one of "
                      "these numbers",
                      lock_.recipe, lock_.schema, first_recipe_of_schema_2));
    }
  }

  void check_quarantined() const {
    const auto& names = lock_.quarantined;
    if (const std::set<std::string> once(names.begin(), names.end()); once.size() < names.size())
      throw error("a probe is quarantined twice");
    const auto all = names.size() + lock_.strict.size();
    if (too_many_quarantined(names.size(), all)) {
      throw error(
          fmt::format("{} of {} probes are quarantined, and `envguard lock` writes no lock with more than a "
                      "tenth",
                      names.size(), all));
    }
    for (const auto& name : names) check_known(name, Profile::strict, "quarantines");
  }

  /// Older recipes had probes that this program does not know.
  void check_known(const std::string& id, Profile profile, std::string_view verb) const {
    const auto* definition = recipe::find(id);
    if (definition != nullptr && recipe::belongs_to(*definition, device_, profile)) return;
    if (lock_.recipe < recipe::number) return;
    throw error(fmt::format("it {} {}, which is no {} probe of recipe {} on this device", verb, base::visible(id),
                            model::name(profile), lock_.recipe));
  }

  void check_known(Profile profile) const {
    for (const auto& [id, line] : lock_.lines(profile)) check_known(id, profile, "holds a line of");
  }

  [[nodiscard]] std::set<std::string_view> held(Profile profile) const {
    std::set<std::string_view> ids;
    for (const auto& [id, line] : lock_.lines(profile)) ids.insert(id);
    if (profile == Profile::strict) ids.insert(lock_.quarantined.begin(), lock_.quarantined.end());
    return ids;
  }

  [[nodiscard]] bool is_required(const recipe::Definition& definition, Profile profile) const {
    if (!recipe::belongs_to(definition, device_, profile) || definition.embedded) return false;
    return profile == Profile::strict ? definition.since <= lock_.recipe
                                      : lock_.recipe >= first_recipe_with_known_as_is;
  }

  void check_all_there(Profile profile) const {
    const auto ids = held(profile);
    std::vector<std::string> missing;
    std::size_t embedded = 0, embedded_held = 0;
    for (const auto& definition : recipe::definitions()) {
      const bool is_held = ids.contains(definition.id);
      if (definition.embedded && recipe::belongs_to(definition, device_, profile)) {
        ++embedded;
        if (is_held) ++embedded_held;
      }
      if (!is_held && is_required(definition, profile)) missing.push_back(definition.id);
    }
    if (!missing.empty()) throw error(what_is_missing(missing, profile));
    if (profile == Profile::as_is && lock_.as_is.empty() && lock_.recipe >= first_recipe_with_as_is)
      throw error(fmt::format("it holds no as-is line, and recipe {} has as-is probes", lock_.recipe));
    if (embedded_held > 0 && embedded_held < embedded && lock_.recipe == recipe::number) {
      throw error(
          fmt::format("it holds {} of {} probes of embedded machine code, and a build of envguard has all of "
                      "them or none",
                      embedded_held, embedded));
    }
  }

  [[nodiscard]] std::string what_is_missing(const std::vector<std::string>& missing, Profile profile) const {
    constexpr std::size_t most_named = 3;
    const std::vector<std::string> named(missing.begin(),
                                         missing.begin() + static_cast<long>(std::min(most_named, missing.size())));
    return fmt::format("it lacks {} of the {} probes of recipe {} ({}{}): `envguard lock` writes a line for each{}",
                       missing.size(), model::name(profile), lock_.recipe, fmt::join(named, ", "),
                       missing.size() > most_named ? ", …" : "",
                       profile == Profile::strict ? ", or quarantines it by name" : "");
  }

  const model::Lock& lock_;
  std::string_view place_;
  model::DeviceKind device_;
};

}  // namespace

void check_completeness(const model::Lock& lock, std::string_view place) {
  Completeness(lock, place).check();
}

bool too_many_quarantined(std::size_t quarantined, std::size_t probes) {
  return quarantined * 10 > probes;
}

std::string note_on_form(const model::Lock& lock) {
  if (lock.schema >= model::Lock::current_schema) return {};
  return "the lock was written by an older envguard: nothing seals its lines; envguard lock --refresh renews it";
}

}  // namespace envguard::compare
