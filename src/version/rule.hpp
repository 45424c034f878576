#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "version/specifier.hpp"

namespace envguard::version {

/// What [versions] of the policy says of one component: "locked", "any", or a PEP 440 specifier.
class Rule {
 public:
  struct Locked {};
  struct Any {};

  /// Error usage names the bad specifier and what is accepted.
  [[nodiscard]] static Rule parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::variant<Locked, Any, SpecifierSet>& kind() const { return kind_; }

 private:
  std::string text_;
  std::variant<Locked, Any, SpecifierSet> kind_;
};

enum class Answer { same, differs_allowed, violates };

/// Judges one component: what the lock holds (empty: none) against what is here (empty: none).
/// "locked": equal as versions of the component's kind, or as text where they are none (git hashes). A specifier asks
/// of what is here alone; a value that is no version, or none where the lock has one, violates it.
[[nodiscard]] Answer judge(const Rule& rule, std::string_view component, std::string_view locked,
                           std::string_view here);

}  // namespace envguard::version
