#include "base/text.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <utf8proc.h>

namespace envguard::base {

namespace {

struct Codepoint {
  utf8proc_int32_t value = -1;  ///< -1: the byte is not UTF-8
  std::size_t length = 1;
};

Codepoint first(std::string_view text) {
  utf8proc_int32_t value = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &value);
  return length > 0 ? Codepoint{value, static_cast<std::size_t>(length)} : Codepoint{};
}

bool shows_as_itself(utf8proc_int32_t value) {
  switch (utf8proc_category(value)) {
    case UTF8PROC_CATEGORY_CC:  // control
    case UTF8PROC_CATEGORY_CF:  // format: bidi overrides, zero-width
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:  // line and paragraph separators
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

/// What Azure Pipelines, and the older runner of GitHub Actions, take for a command wherever it stands in a line.
bool is_command_of_a_log(std::string_view text) {
  return text.starts_with("##[") || text.starts_with("##vso[");
}

}  // namespace

std::string visible(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto [value, length] = first(text);
    if (is_command_of_a_log(text)) {
      shown += "\\x23";  // its first '#'
    } else if (value < 0) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (shows_as_itself(value)) {
      shown += text.substr(0, length);
    } else {
      shown += value < 0x100 ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{{{:x}}}", value);
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [value, length] = first(text);
    width += value < 0 ? 1 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(value)));
    text.remove_prefix(length);
  }
  return width;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::string_view found;
  for (const auto candidate : candidates) {
    const auto distance = edit_distance(word.substr(0, 64), candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  if (found.empty() || best > std::max<std::size_t>(2, found.size() / 3)) return std::nullopt;
  return std::string(found);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto start = text.find_first_not_of(blank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(blank) - start + 1);
}

bool is_plain_name(std::string_view name) {
  constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  if (name.empty() || name.size() > 64 || alphanumeric.find(name[0]) == std::string_view::npos) return false;
  return std::ranges::all_of(
      name, [&](char c) { return c == '.' || c == '_' || c == '-' || alphanumeric.find(c) != std::string_view::npos; });
}

std::string shell_quote(std::string_view word) {
  constexpr std::string_view safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_";
  if (!word.empty() && word.find_first_not_of(safe) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace envguard::base
