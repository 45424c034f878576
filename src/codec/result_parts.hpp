#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "model/results.hpp"

namespace envguard::codec {

/// Members stand in the order in which they are written.
using Document = nlohmann::ordered_json;

// What the results' documents have in common.

[[nodiscard]] Document json_of(const base::Hash128& hash);  ///< null for no hash (all zero)
[[nodiscard]] Document json_of(const model::Install& install);
[[nodiscard]] Document json_of(const model::Difference& difference);
[[nodiscard]] Document json_of(const std::vector<model::Difference>& differences);
[[nodiscard]] Document json_of(const model::LockDiff& diff);
[[nodiscard]] Document json_of(const model::Table& table);  ///< an object

/// Indented by two, ASCII only (so that a terminal shows it as it is), bytes that are not UTF-8 replaced, one newline
/// at the end.
[[nodiscard]] std::string document(const Document& json);

/// The names of an enumeration's values, in a document.
template <typename Value>
struct Named {
  Value value;
  std::string_view name;
};
inline constexpr Named<model::Install::Kind> install_kinds[] = {{model::Install::Kind::site_packages, "site-packages"},
                                                                {model::Install::Kind::libtorch, "libtorch"}};
inline constexpr Named<model::Response> responses[] = {
    {model::Response::pass, "pass"}, {model::Response::warn, "warn"}, {model::Response::fail, "fail"}};
inline constexpr Named<model::Difference::Kind> difference_kinds[] = {{model::Difference::Kind::version, "version"},
                                                                      {model::Difference::Kind::knob, "knob"},
                                                                      {model::Difference::Kind::setting, "setting"},
                                                                      {model::Difference::Kind::build, "build"},
                                                                      {model::Difference::Kind::cache, "cache"}};
inline constexpr Named<model::Difference::Weight> difference_weights[] = {
    {model::Difference::Weight::note, "note"},
    {model::Difference::Weight::overridden, "overridden"},
    {model::Difference::Weight::excused, "excused"},
    {model::Difference::Weight::blocks, "blocks"}};
inline constexpr Named<model::Finding::Severity> severities[] = {{model::Finding::Severity::note, "note"},
                                                                 {model::Finding::Severity::warning, "warning"},
                                                                 {model::Finding::Severity::error, "error"}};

template <typename Value, std::size_t size>
[[nodiscard]] std::string name_in(const Named<Value> (&table)[size], Value value) {
  for (const auto& row : table) {
    if (row.value == value) return std::string(row.name);
  }
  return {};
}

template <typename Value, std::size_t size>
[[nodiscard]] std::optional<Value> value_in(const Named<Value> (&table)[size], std::string_view name) {
  for (const auto& row : table) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

/// The value of this name; std::out_of_range where the table has none.
template <typename Table>
[[nodiscard]] auto read_name(const Table& table, const std::string& name) {
  const auto value = value_in(table, name);
  if (!value) throw std::out_of_range("\"" + name + "\" is not known");
  return *value;
}

}  // namespace envguard::codec
