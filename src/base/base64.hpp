#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envguard::base {

/// RFC 4648 base64 with padding.
[[nodiscard]] std::string to_base64(std::span<const std::byte> data);
[[nodiscard]] std::optional<std::vector<std::byte>> parse_base64(std::string_view text);

}  // namespace envguard::base
