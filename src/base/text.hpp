#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envguard::base {

/// Makes hostile text safe to show: control characters, bidi overrides and bytes that are not UTF-8 become visible
/// escapes (`\x1b`), and so does the start of what a CI system would take for a command (`##vso[`).
[[nodiscard]] std::string visible(std::string_view text);

/// Columns that the text takes on a terminal (UTF-8; wide characters count two, combining ones none).
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The candidate nearest to `word` by edit distance, where one is near enough to be a likely typo.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trim(std::string_view text);

/// A name that may become a file name: [A-Za-z0-9][A-Za-z0-9._-]*, at most 64 characters, never "." or "..".
[[nodiscard]] bool is_plain_name(std::string_view name);

/// One shell word, quoted only where it must be, so that a printed command can be pasted.
[[nodiscard]] std::string shell_quote(std::string_view word);

}  // namespace envguard::base
