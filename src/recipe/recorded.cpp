#include "recipe/recorded.hpp"

#include <algorithm>
#include <cstddef>

#include "base/number.hpp"
#include "recipe/knob_grammar.hpp"
#include "recipe/knobs.hpp"
#include "recipe/profile.hpp"

namespace envguard::recipe {

namespace {

constexpr std::string_view lower_case = "abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t most_recorded_name_bytes = 128;
constexpr std::size_t most_version_bytes = 128;
constexpr std::size_t most_cache_bytes = 32;
constexpr std::size_t most_choice_bytes = 32;
constexpr long long most_recorded_threads = 999'999;

/// "torch-git", "flash-attn-3": lower-case words, joined by single hyphens.
bool is_hyphenated(std::string_view name) {
  if (name.empty() || name.size() > most_recorded_name_bytes || name.starts_with('-') || name.ends_with('-'))
    return false;
  return has_only(name, lower_case, digits, "-") && name.find("--") == std::string_view::npos;
}

bool is_printable(std::string_view text, std::size_t most) {
  return text.size() <= most && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_thread_count(std::string_view text, long long most) {
  if (text.empty() || !has_only(text, digits)) return false;
  const auto number = base::parse_integer(text);
  return number && *number >= 1 && *number <= most;
}

/// The name that `compare::settings_of` gives to an attention probe whose backend PyTorch chose.
bool is_choice(std::string_view name) {
  return name.starts_with("sdpa_default") && name.size() <= most_recorded_name_bytes &&
         has_only(name, lower_case, digits, "_");
}

bool is_flag(std::string_view name) {
  const auto& flags = settings(model::Profile::strict).flags;
  return std::ranges::any_of(flags, [name](const auto& flag) { return flag.first == name; });
}

}  // namespace

bool version_may_be_recorded(std::string_view component, std::string_view version) {
  return is_hyphenated(component) && !version.empty() && version.size() <= most_version_bytes &&
         has_only(version, letters, digits, ".+!_-");
}

bool build_may_be_recorded(std::string_view name, std::string_view value) {
  return is_hyphenated(name) && is_printable(value, most_recorded_bytes);
}

bool cache_may_be_recorded(std::string_view name, std::string_view value) {
  return is_hyphenated(name) && is_printable(value, most_cache_bytes);
}

bool setting_may_be_recorded(std::string_view name, std::string_view value) {
  if (name == "threads") return is_thread_count(value, most_recorded_threads);
  if (is_flag(name)) return value == "true" || value == "false" || value == "unreadable";
  return is_choice(name) && !value.empty() && value.size() <= most_choice_bytes && has_only(value, lower_case);
}

bool setting_may_be_set(std::string_view name, std::string_view value) {
  if (name == "threads") return is_thread_count(value, most_threads);
  const auto flags = settable_flags();
  if (std::ranges::find(flags, name) == flags.end()) return false;
  const auto values = flag_values(name);
  return std::ranges::find(values, value) != values.end();
}

}  // namespace envguard::recipe
