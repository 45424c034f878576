#include "lockfile/toml_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lockfile/utf8.hpp"

namespace envguard::lockfile {

namespace {

std::string escaped(char32_t value, std::string_view itself) {
  switch (value) {
    case U'"':
      return "\\\"";
    case U'\\':
      return "\\\\";
    case U'\n':
      return "\\n";
    case U'\t':
      return "\\t";
    default:
      break;
  }
  if (base::visible(itself) == itself) return std::string(itself);
  const auto number = static_cast<std::uint32_t>(value);
  return number > 0xFFFF ? fmt::format("\\U{:08X}", number) : fmt::format("\\u{:04X}", number);
}

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string quote(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const auto c = first_codepoint(text);
    const std::size_t length = c ? c->length : 1;
    result +=
        c ? escaped(c->value, text.substr(0, length)) : fmt::format("\\{}", base::visible(text.substr(0, length)));
    text.remove_prefix(length);
  }
  return result + "\"";
}

std::string key_text(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, is_bare) ? std::string(key) : quote(key);
}

std::string list_text(const std::vector<std::string>& items) {
  std::string result;
  for (const auto& item : items) result += (result.empty() ? "" : ", ") + quote(item);
  return "[" + result + "]";
}

std::string value_text(const Value& value) {
  if (const auto* text = value.get<std::string>()) return quote(*text);
  if (const auto* number = value.get<std::int64_t>()) return std::to_string(*number);
  if (const auto* truth = value.get<bool>()) return *truth ? "true" : "false";
  if (const auto* verbatim = value.get<Verbatim>()) return verbatim->text;
  std::string result;
  if (const auto* list = value.get<std::vector<Value>>()) {
    for (const auto& item : *list) result += (result.empty() ? "" : ", ") + value_text(item);
    return "[" + result + "]";
  }
  for (const auto& [key, item] : std::get<Table>(value.data).entries)
    result += (result.empty() ? " " : ", ") + key_text(key) + " = " + value_text(item);
  return result.empty() ? "{}" : "{" + result + " }";
}

}  // namespace envguard::lockfile
