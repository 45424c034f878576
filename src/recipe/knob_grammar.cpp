#include "recipe/knob_grammar.hpp"

#include <algorithm>

#include "base/number.hpp"
#include "base/text.hpp"

namespace envguard::recipe {

namespace {

constexpr std::size_t most_number_bytes = 20;
constexpr std::size_t most_word_bytes = 32;
constexpr std::size_t most_list_bytes = 128;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= most_word_bytes && has_only(text, letters, digits, "_");
}

bool is_count(std::string_view text) {
  return !text.empty() && text.size() <= 9 && has_only(text, digits);
}

/// "[256:1,512:2,>:8]": bounds and divisions.
bool is_bracketed_list(std::string_view text) {
  if (text.size() < 3 || !text.starts_with('[') || !text.ends_with(']')) return false;
  text.remove_prefix(1);
  text.remove_suffix(1);
  return std::ranges::all_of(base::split(text, ','), [](std::string_view entry) {
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos) return is_count(entry);
    const auto bound = entry.substr(0, colon);
    return (bound == ">" || is_count(bound)) && is_count(entry.substr(colon + 1));
  });
}

bool is_allocator_value(std::string_view text) {
  return is_word(text) || is_number(text) || is_bracketed_list(text);
}

/// Where the first entry of the list ends: at a comma outside of brackets, or at the end of the text.
std::size_t end_of_entry(std::string_view text) {
  const auto comma = text.find(',');
  const auto open = text.find('[');
  if (open == std::string_view::npos || comma < open) return std::min(comma, text.size());
  const auto close = text.find(']', open);
  return close == std::string_view::npos ? text.size() : std::min(text.find(',', close), text.size());
}

/// "-AVX2": a feature of the CPU, switched off where a minus comes first.
bool is_feature(std::string_view text) {
  return is_word(text.starts_with('-') ? text.substr(1) : text);
}

bool is_cpu_tunable(std::string_view text) {
  constexpr std::string_view features = "glibc.cpu.hwcaps=";
  constexpr std::string_view model = "glibc.cpu.name=";
  if (text.starts_with(features))
    return std::ranges::all_of(base::split(text.substr(features.size()), ','), is_feature);
  return text.starts_with(model) && has_only(text.substr(model.size()), letters, digits, "-") &&
         text.size() > model.size();
}

}  // namespace

bool is_variable_name(std::string_view text) {
  return !text.empty() && has_only(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_", digits);
}

bool is_number(std::string_view text) {
  if (text.size() > most_number_bytes) return false;
  if (text.starts_with("0x")) return text.size() > 2 && has_only(text.substr(2), digits, "abcdefABCDEF");
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (whole.empty() || !has_only(whole, digits)) return false;
  if (point == std::string_view::npos) return true;
  const auto fraction = text.substr(point + 1);
  return !fraction.empty() && has_only(fraction, digits);
}

bool is_thread_list(std::string_view text, long long most) {
  if (text.size() > most_word_bytes) return false;
  return std::ranges::all_of(base::split(text, ','), [most](std::string_view count) {
    if (!is_count(count)) return false;
    const auto number = base::parse_integer(count);
    return number && *number >= 1 && *number <= most;
  });
}

bool is_word_list(std::string_view text) {
  return text.size() <= most_list_bytes && std::ranges::all_of(base::split(text, ','), is_word);
}

bool is_workspace_list(std::string_view text) {
  if (!text.starts_with(':') || text.size() > most_list_bytes) return false;
  const auto parts = base::split(text.substr(1), ':');
  return parts.size() % 2 == 0 && std::ranges::all_of(parts, is_count);
}

bool is_allocator_setting(std::string_view text) {
  if (text.empty() || text.size() > 2 * most_list_bytes) return false;
  while (true) {
    const auto end = end_of_entry(text);
    const auto entry = text.substr(0, end);
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos || !is_word(entry.substr(0, colon))) return false;
    if (!is_allocator_value(entry.substr(colon + 1))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool are_cpu_tunables(std::string_view text) {
  return text.size() <= 2 * most_list_bytes && std::ranges::all_of(base::split(text, ':'), is_cpu_tunable);
}

}  // namespace envguard::recipe
