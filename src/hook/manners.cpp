#include "hook/manners.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace envguard::hook {
namespace {

std::string value(const model::EnvironmentMap& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

bool is_on(const std::string& value) {
  return !value.empty() && value != "0" && value != "false";
}

}  // namespace

std::optional<std::string> skipped(const model::EnvironmentMap& environment) {
  if (is_on(value(environment, "ENVGUARD_SKIP"))) return "envguard: skipped (ENVGUARD_SKIP is set)";
  const auto list = value(environment, "SKIP");
  const auto names = base::split(list, ',');
  const bool named = std::any_of(names.begin(), names.end(), [](auto name) { return base::trim(name) == "envguard"; });
  return named ? std::optional<std::string>("envguard: skipped (SKIP names envguard)") : std::nullopt;
}

bool in_ci(const model::EnvironmentMap& environment) {
  return is_on(value(environment, "CI"));
}

}  // namespace envguard::hook
