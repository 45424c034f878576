#include "knowledge/rules.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "knowledge/tables.hpp"

namespace envguard::knowledge {

std::span<const Rule> rules() {
  return tables::rules();
}

const Rule* rule(std::string_view id) {
  const auto all = tables::rules();
  const auto found = std::ranges::find(all, id, &Rule::id);
  return found == all.end() ? nullptr : &*found;
}

model::Finding cite(std::string_view id, model::Finding finding) {
  const Rule* cited = rule(id);
  if (!cited) throw std::logic_error("no rule of this id in rules.toml: " + std::string(id));
  finding.rule = cited->id;
  finding.source = cited->source.text;
  return finding;
}

}  // namespace envguard::knowledge
