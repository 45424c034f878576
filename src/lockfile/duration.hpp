#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace envguard::lockfile {

/// A day that exists, as "2026-11-23".
[[nodiscard]] bool is_day(std::string_view text);

/// "45s", "30m", "12h", "7d"; at most 3,650 days. Anything else: nothing.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace envguard::lockfile
