#pragma once

#include <span>
#include <string_view>

#include "knowledge/knowledge.hpp"
#include "model/finding.hpp"

namespace envguard::knowledge {

/// What a finding rests on.
struct Rule {
  std::string_view id;         ///< kebab-case
  std::string_view statement;  ///< one sentence
  Source source;
};

[[nodiscard]] std::span<const Rule> rules();

/// The rule of this id, or nothing.
[[nodiscard]] const Rule* rule(std::string_view id);

/// The finding with the rule and its source. An id that rules.toml lacks is a fault of the program: std::logic_error.
[[nodiscard]] model::Finding cite(std::string_view id, model::Finding finding);

}  // namespace envguard::knowledge
