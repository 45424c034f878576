#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace envguard::recipe {

/// Element types of inputs and of kept tensors. The numbers of torch's own ScalarType are not part of its ABI; these
/// are ours.
enum class DType { float64, float32, float16, bfloat16, int64 };

/// As PyTorch spells it: "float32".
[[nodiscard]] std::string_view name(DType dtype);
[[nodiscard]] std::optional<DType> parse_dtype(std::string_view text);
[[nodiscard]] std::size_t size_of(DType dtype);  ///< bytes of one element
[[nodiscard]] bool is_floating(DType dtype);

/// IEEE 754 binary16 and bfloat16, round to nearest, ties to even. NaN stays a quiet NaN.
[[nodiscard]] std::uint16_t to_float16(float value);
[[nodiscard]] std::uint16_t to_bfloat16(float value);
[[nodiscard]] float from_float16(std::uint16_t bits);
[[nodiscard]] float from_bfloat16(std::uint16_t bits);

/// The element at `address` as a double: exact, but for int64 beyond 2^53.
[[nodiscard]] double load(const std::byte* address, DType dtype);

}  // namespace envguard::recipe
