#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envguard::base {

/// C99 hexadecimal floating point, exact both ways: "0x1.8p+3", "-0x0p+0", "inf", "-inf", "nan".
[[nodiscard]] std::string to_hex_float(double value);
[[nodiscard]] std::optional<double> parse_hex_float(std::string_view text);

[[nodiscard]] std::optional<long long> parse_integer(std::string_view text);

/// "79.6 GiB".
[[nodiscard]] std::string gibibytes(std::uint64_t bytes);

}  // namespace envguard::base
