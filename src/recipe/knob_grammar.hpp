#pragma once

#include <string_view>

namespace envguard::recipe {

// The forms of values that an experiment may give to a knob. Each function answers false for everything that is not of
// its form, for empty text, and for text longer than such a value ever needs to be.

inline constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view digits = "0123456789";

/// Whether every character is in one of the sets.
template <class... Sets>
[[nodiscard]] constexpr bool has_only(std::string_view text, const Sets&... sets) {
  for (const char c : text) {
    if (!((std::string_view(sets).find(c) != std::string_view::npos) || ...)) return false;
  }
  return true;
}

/// Capital letters, digits and underscores.
[[nodiscard]] bool is_variable_name(std::string_view text);
/// "1", "-1", "0.5", "0x1f".
[[nodiscard]] bool is_number(std::string_view text);
/// "8", "8,4": each from 1 to `most`.
[[nodiscard]] bool is_thread_list(std::string_view text, long long most);
/// "AVX2", "AVX2,STRICT".
[[nodiscard]] bool is_word_list(std::string_view text);
/// ":4096:8", ":4096:2:16:8": pairs of size in KiB and count.
[[nodiscard]] bool is_workspace_list(std::string_view text);
/// "max_split_size_mb:128,roundup_power2_divisions:[256:1,>:8]".
[[nodiscard]] bool is_allocator_setting(std::string_view text);
/// "glibc.cpu.hwcaps=-AVX2,-FMA", several of them separated by colons. Nothing else of glibc's tunables changes
/// numerics, and a second "=" in one of them overflows a buffer of old loaders (CVE-2023-4911).
[[nodiscard]] bool are_cpu_tunables(std::string_view text);

}  // namespace envguard::recipe
