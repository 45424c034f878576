#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// toml++ is compiled here; Debian's own library is shared.
#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

namespace envguard::knowledge::generator {

/// What is wrong in a file of facts, as a compiler says it: "cuda.toml:12: error: …".
[[noreturn]] void fail(std::string_view file, const toml::node& node, std::string_view what);

/// One file of facts while it is read: its [sources], and which of them a row has named.
struct File {
  std::string path;
  toml::table document;
  std::map<std::string, std::string, std::less<>> sources;
  std::set<std::string, std::less<>> cited;

  /// Reads it; what is wrong in it ends in `fail`.
  static File read(const std::string& path);
  /// Every source must have been cited.
  void done() const;
};

/// One table of facts. Each question takes a key and returns it as C++; a key that nobody asked for is an error.
class Row {
 public:
  Row(File& file, const toml::table& table) : file_(file), table_(table) {}

  [[nodiscard]] std::string text(std::string_view key);              ///< a string literal
  [[nodiscard]] std::string number(std::string_view key);            ///< a whole number
  [[nodiscard]] std::string numbers(std::string_view key);           ///< "1, 2" of an array of whole numbers
  [[nodiscard]] std::string version(std::string_view key);           ///< a Dotted
  [[nodiscard]] std::string optional_version(std::string_view key);  ///< a Dotted, or std::nullopt
  [[nodiscard]] std::string versions(std::string_view key);          ///< Dotteds, or nothing where it is absent
  [[nodiscard]] std::string month(std::string_view key);             ///< "2028-06", a string literal
  [[nodiscard]] std::string source();                                ///< a Source, of `source` and `confidence`
  [[nodiscard]] std::string source_with(const Row& whole);           ///< the whole's source, its own confidence if any
  [[nodiscard]] const toml::array& rows(std::string_view key);       ///< tables within

  [[nodiscard]] const std::string& raw(std::string_view key);  ///< as it stands in the file
  [[noreturn]] void fail(std::string_view key, std::string_view what) const;
  void done() const;  ///< unknown keys

 private:
  [[nodiscard]] const toml::node& node(std::string_view key);
  [[nodiscard]] std::string dotted(const toml::node& node);
  [[nodiscard]] std::string confidence();
  File& file_;
  const toml::table& table_;
  std::set<std::string, std::less<>> known_;
  std::string source_text_;  ///< of `source()`, for rows within
};

}  // namespace envguard::knowledge::generator
