#include "recipe/dtype.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace envguard::recipe {

namespace {

struct Description {
  DType dtype;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<Description, 5> descriptions{{{DType::float64, "float64", 8},
                                                   {DType::float32, "float32", 4},
                                                   {DType::float16, "float16", 2},
                                                   {DType::bfloat16, "bfloat16", 2},
                                                   {DType::int64, "int64", 8}}};

const Description& describe(DType dtype) {
  return descriptions[static_cast<std::size_t>(dtype)];
}

template <typename T>
T read(const std::byte* address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

/// Rounds the low `dropped` bits of `bits` away, to nearest, ties to even. A carry runs into the exponent, as it must.
std::uint32_t round_off(std::uint32_t bits, unsigned dropped) {
  const std::uint32_t half = std::uint32_t{1} << (dropped - 1);
  const std::uint32_t odd = (bits >> dropped) & 1U;
  return (bits + half - 1 + odd) >> dropped;
}

}  // namespace

std::string_view name(DType dtype) {
  return describe(dtype).name;
}

std::optional<DType> parse_dtype(std::string_view text) {
  for (const Description& description : descriptions) {
    if (description.name == text) return description.dtype;
  }
  return std::nullopt;
}

std::size_t size_of(DType dtype) {
  return describe(dtype).size;
}

bool is_floating(DType dtype) {
  return dtype != DType::int64;
}

std::uint16_t to_float16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  std::uint32_t result = 0;
  if (magnitude > 0x7F800000U) {
    result = 0x7E00U;  // NaN
  } else if (magnitude >= 0x47800000U) {
    result = 0x7C00U;  // 2^16 and above: infinity
  } else if (magnitude >= 0x38800000U) {
    result = round_off(magnitude - 0x38000000U, 13);  // normal: the exponent's bias goes from 127 to 15
  } else if (magnitude >= 0x33000000U) {
    const std::uint32_t exponent = magnitude >> 23;
    result = round_off((magnitude & 0x7FFFFFU) | 0x800000U, 126 - exponent);  // subnormal: multiples of 2^-24
  }
  return static_cast<std::uint16_t>(sign | result);
}

std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x0040U);
  return static_cast<std::uint16_t>(round_off(bits, 16));
}

float from_float16(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const std::uint32_t magnitude = bits & 0x7FFFU;
  if (magnitude < 0x400U) {  // zero and subnormal: multiples of 2^-24
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(magnitude) * 0x1p-24F));
  }
  const std::uint32_t rebias = magnitude >= 0x7C00U ? 0x70000000U : 0x38000000U;
  return std::bit_cast<float>(sign | ((magnitude << 13) + rebias));
}

float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

double load(const std::byte* address, DType dtype) {
  switch (dtype) {
    case DType::float64:
      return read<double>(address);
    case DType::float32:
      return static_cast<double>(read<float>(address));
    case DType::float16:
      return static_cast<double>(from_float16(read<std::uint16_t>(address)));
    case DType::bfloat16:
      return static_cast<double>(from_bfloat16(read<std::uint16_t>(address)));
    case DType::int64:
      break;
  }
  return static_cast<double>(read<std::int64_t>(address));
}

}  // namespace envguard::recipe
