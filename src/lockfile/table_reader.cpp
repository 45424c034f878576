#include "lockfile/table_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace envguard::lockfile {

TableReader::TableReader(const Table& table, std::string path, const Source& source)
    : table_(table), path_(std::move(path)), source_(source) {}

base::Error TableReader::error(std::string_view key, std::string_view what, std::string next) const {
  const Value* value = table_.find(key);
  const std::size_t line = value ? value->line : 0;
  const std::string owner = path_.empty() ? "" : " of " + base::visible(path_);
  return source_.error(line, fmt::format("{}{} {}", base::visible(key), owner, what), std::move(next));
}

base::Error TableReader::missing(std::string_view key) const {
  return error(key, "is missing");
}

template <class T>
const T* TableReader::get(std::string_view key, std::string_view wanted) {
  asked_.push_back(key);
  const Value* value = table_.find(key);
  if (!value) return nullptr;
  const T* typed = value->get<T>();
  if (!typed) throw error(key, fmt::format("is {}, and must be {}", type_name(*value), wanted));
  return typed;
}

std::optional<std::string> TableReader::string(std::string_view key) {
  const auto* value = get<std::string>(key, "a string");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key) {
  const auto* value = get<std::int64_t>(key, "a whole number");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const auto* value = get<bool>(key, "true or false");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::vector<std::string>> TableReader::strings(std::string_view key) {
  const auto* list = get<std::vector<Value>>(key, "a list of strings");
  if (!list) return std::nullopt;
  std::vector<std::string> result;
  for (const Value& item : *list) {
    const auto* text = item.get<std::string>();
    if (!text) throw error(key, fmt::format("holds {}, and must be a list of strings", type_name(item)));
    result.push_back(*text);
  }
  return result;
}

std::vector<const Table*> TableReader::tables(std::string_view key) {
  std::vector<const Table*> result;
  const auto* list = get<std::vector<Value>>(key, "a list of tables");
  if (!list) return result;
  for (const Value& item : *list) {
    const auto* one = item.get<Table>();
    if (!one) throw error(key, fmt::format("holds {}, and must be a list of tables", type_name(item)));
    result.push_back(one);
  }
  return result;
}

const Table* TableReader::table(std::string_view key) {
  return get<Table>(key, "a table");
}

std::string TableReader::required_string(std::string_view key) {
  auto value = string(key);
  return value ? *std::move(value) : throw missing(key);
}

std::int64_t TableReader::required_integer(std::string_view key) {
  const auto value = integer(key);
  return value ? *value : throw missing(key);
}

const Table& TableReader::required_table(std::string_view key) {
  const Table* value = table(key);
  return value ? *value : throw missing(key);
}

std::vector<const Entry*> TableReader::unknown() const {
  std::vector<const Entry*> result;
  for (const Entry& entry : table_.entries) {
    if (std::ranges::find(asked_, entry.key) == asked_.end()) result.push_back(&entry);
  }
  return result;
}

void TableReader::refuse_unknown() const {
  const auto rest = unknown();
  if (rest.empty()) return;
  const std::string& key = rest.front()->key;
  const auto near = base::nearest(key, asked_);
  throw error(key, "is not a key that envguard knows",
              near ? fmt::format("did you mean \"{}\"?", *near)
                   : "remove it; the keys are " + fmt::format("{}", fmt::join(asked_, ", ")));
}

}  // namespace envguard::lockfile
