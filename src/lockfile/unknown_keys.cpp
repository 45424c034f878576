#include "lockfile/unknown_keys.hpp"

#include <algorithm>
#include <iterator>

#include "lockfile/toml_text.hpp"

namespace envguard::lockfile {

namespace {

/// The last dot outside quotes; npos where there is none.
std::size_t last_dot(std::string_view path) {
  std::size_t found = std::string_view::npos;
  bool quoted = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (quoted && path[i] == '\\') {
      ++i;
    } else if (path[i] == '"') {
      quoted = !quoted;
    } else if (path[i] == '.' && !quoted) {
      found = i;
    }
  }
  return found;
}

}  // namespace

UnknownKeys values_below(const std::string& path, const Entry& entry) {
  const std::string own = (path.empty() ? "" : path + ".") + key_text(entry.key);
  const auto* table = entry.value.get<Table>();
  if (!table || table->entries.empty()) return {{own, value_text(entry.value)}};
  UnknownKeys keys;
  for (const Entry& inner : table->entries) std::ranges::move(values_below(own, inner), std::back_inserter(keys));
  return keys;
}

std::vector<UnknownTable> group(const UnknownKeys& keys) {
  std::vector<UnknownTable> tables;
  for (const auto& [path, value] : keys) {
    const auto dot = last_dot(path);
    const std::string table = dot == std::string::npos ? "" : path.substr(0, dot);
    const std::string key = dot == std::string::npos ? path : path.substr(dot + 1);
    auto found = std::ranges::find(tables, table, &UnknownTable::path);
    if (found == tables.end()) found = tables.insert(tables.end(), {table, {}});
    found->keys.emplace_back(key, value);
  }
  return tables;
}

}  // namespace envguard::lockfile
