#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lockfile/document.hpp"

namespace envguard::lockfile {

/// A TOML basic string. What cannot be seen (controls, bidi overrides, zero-width characters) is escaped, so that a
/// reviewer reads what a program does; bytes that are not UTF-8, which TOML cannot hold, are spelled out as text
/// (`\x80`).
[[nodiscard]] std::string quote(std::string_view text);

/// A key, quoted where it is not bare.
[[nodiscard]] std::string key_text(std::string_view key);

/// `["a", "b"]`
[[nodiscard]] std::string list_text(const std::vector<std::string>& items);

/// Any value on one line, tables inline.
[[nodiscard]] std::string value_text(const Value& value);

}  // namespace envguard::lockfile
