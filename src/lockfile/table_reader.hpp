#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lockfile/document.hpp"

namespace envguard::lockfile {

/// Reads one table key by key, each of the type that is asked for. It remembers which keys were asked for: the others
/// are unknown.
class TableReader {
 public:
  /// `path` names the table in errors: "[numerics]", or nothing for the file's top. All three must outlive the reader.
  TableReader(const Table& table, std::string path, const Source& source);

  [[nodiscard]] std::optional<std::string> string(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  [[nodiscard]] std::optional<std::vector<std::string>> strings(std::string_view key);
  [[nodiscard]] const Table* table(std::string_view key);
  [[nodiscard]] std::vector<const Table*> tables(std::string_view key);  ///< of [[key]]; none where it is absent

  /// Error where the key is not there.
  [[nodiscard]] std::string required_string(std::string_view key);
  [[nodiscard]] std::int64_t required_integer(std::string_view key);
  [[nodiscard]] const Table& required_table(std::string_view key);

  /// Error that names the first key nobody asked for, and the nearest of those that were.
  void refuse_unknown() const;
  [[nodiscard]] std::vector<const Entry*> unknown() const;

  /// An error at the key's line, or at the table's where it is absent: `KEY of [TABLE] WHAT`.
  [[nodiscard]] base::Error error(std::string_view key, std::string_view what, std::string next = {}) const;

 private:
  template <class T>
  const T* get(std::string_view key, std::string_view wanted);
  [[nodiscard]] base::Error missing(std::string_view key) const;

  const Table& table_;
  std::string path_;
  const Source& source_;
  std::vector<std::string_view> asked_;
};

}  // namespace envguard::lockfile
