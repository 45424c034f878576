#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lockfile/source.hpp"

namespace envguard::lockfile {

struct Value;
struct Entry;

/// A TOML table in the order of the file (toml++ keeps keys sorted).
struct Table {
  std::vector<Entry> entries;

  [[nodiscard]] const Value* find(std::string_view key) const;
};

/// A TOML float, date or time, as TOML text: envguard reads none, it only keeps those of a later version.
struct Verbatim {
  std::string text;
};

struct Value {
  std::variant<std::string, std::int64_t, bool, Verbatim, std::vector<Value>, Table> data;
  std::size_t line = 0;

  template <class T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&data);
  }
};

struct Entry {
  std::string key;
  Value value;
};

/// "a string", "a whole number" …, for errors.
[[nodiscard]] std::string_view type_name(const Value& value);

/// Screens and parses a TOML document. Error of the source, at place and line.
[[nodiscard]] Table parse_document(std::string_view text, const Source& source);

}  // namespace envguard::lockfile
