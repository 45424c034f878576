#pragma once

#include <cstddef>

namespace envguard::base::limits {

// What comes from a repository or a child is measured before it is read.
inline constexpr std::size_t policy_bytes = std::size_t{1} << 20;
inline constexpr std::size_t lock_bytes = std::size_t{4} << 20;
inline constexpr std::size_t evidence_bytes = std::size_t{16} << 20;
inline constexpr std::size_t metadata_bytes = std::size_t{16} << 20;  // a wheel's RECORD is the largest
inline constexpr std::size_t toml_line_bytes = std::size_t{16}
                                               << 10;  // tomlplusplus#242: long dotted keys overflow the stack
inline constexpr std::size_t protocol_line_bytes = std::size_t{64} << 10;
inline constexpr std::size_t child_output_bytes = std::size_t{64} << 10;
inline constexpr std::size_t verdict_bytes = std::size_t{16} << 20;
inline constexpr int json_depth = 64;

}  // namespace envguard::base::limits
