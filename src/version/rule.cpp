#include "version/rule.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "version/driver.hpp"

namespace envguard::version {

namespace {

/// The value as specifiers compare it: drivers are numbered by NVIDIA, all else by PEP 440.
std::optional<Pep440> comparable(std::string_view component, std::string_view value) {
  if (component != "driver") return Pep440::parse(value);
  const auto driver = DriverVersion::parse(value);
  return driver ? std::optional(driver->release()) : std::nullopt;
}

bool equal(std::string_view component, std::string_view locked, std::string_view here) {
  if (locked == here) return true;
  const auto a = comparable(component, locked);
  const auto b = comparable(component, here);
  return a && b && *a == *b;
}

bool satisfies(const SpecifierSet& set, std::string_view component, std::string_view here) {
  const auto version = comparable(component, here);
  return version && set.contains(*version);
}

}  // namespace

Rule Rule::parse(std::string_view text) {
  Rule result;
  result.text_ = base::trim(text);
  if (result.text_ == "locked") {
    result.kind_ = Locked{};
  } else if (result.text_ == "any") {
    result.kind_ = Any{};
  } else {
    result.kind_ = SpecifierSet::parse(text);
  }
  return result;
}

Answer judge(const Rule& rule, std::string_view component, std::string_view locked, std::string_view here) {
  const Answer if_allowed = equal(component, locked, here) ? Answer::same : Answer::differs_allowed;
  if (std::holds_alternative<Rule::Any>(rule.kind())) return if_allowed;
  if (std::holds_alternative<Rule::Locked>(rule.kind()))
    return if_allowed == Answer::same ? Answer::same : Answer::violates;
  return satisfies(std::get<SpecifierSet>(rule.kind()), component, here) ? if_allowed : Answer::violates;
}

}  // namespace envguard::version
