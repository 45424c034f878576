#include "recipe/input.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <new>
#include <numeric>

namespace envguard::recipe {

namespace {

constexpr std::uint64_t golden_gamma = 0x9E3779B97F4A7C15U;

/// splitmix64's finalizer, variant 13 of Stafford's mixers.
std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

double signed_uniform(std::uint64_t u, DType dtype, int scale) {
  if (dtype == DType::float64) {
    return std::ldexp(static_cast<double>(static_cast<std::int64_t>(u >> 11) - (std::int64_t{1} << 52)), scale - 52);
  }
  return std::ldexp(static_cast<double>(static_cast<std::int64_t>(u >> 40) - (std::int64_t{1} << 23)), scale - 23);
}

double positive_uniform(std::uint64_t u, DType dtype, int scale) {
  if (dtype == DType::float64) return std::ldexp(static_cast<double>((u >> 11) + 1), scale - 53);
  return std::ldexp(static_cast<double>((u >> 40) + 1), scale - 24);
}

std::int64_t integer_below(std::uint64_t u, std::int64_t limit) {
  return static_cast<std::int64_t>(((u >> 32) * static_cast<std::uint64_t>(limit)) >> 32);
}

/// The element's bits in its own type; the value is rounded once, to nearest even.
std::uint64_t encode(double value, DType dtype) {
  switch (dtype) {
    case DType::float64:
      return std::bit_cast<std::uint64_t>(value);
    case DType::float32:
      return std::bit_cast<std::uint32_t>(static_cast<float>(value));
    case DType::float16:
      return to_float16(static_cast<float>(value));
    case DType::bfloat16:
      return to_bfloat16(static_cast<float>(value));
    case DType::int64:
      break;
  }
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

/// Both halves of a symmetric matrix draw the same word.
std::uint64_t counter(const Input& input, std::uint64_t index) {
  if (input.fill != Fill::dominant) return index;
  const auto columns = static_cast<std::uint64_t>(input.shape.back());
  const std::uint64_t row = index / columns;
  const std::uint64_t column = index % columns;
  return std::max(row, column) * columns + std::min(row, column);
}

std::uint64_t element_bits(const Input& input, std::uint64_t index) {
  const std::uint64_t u = random_word(input.seed, counter(input, index));
  const auto columns = static_cast<std::uint64_t>(input.shape.back());
  const bool diagonal = index / columns == index % columns;
  switch (input.fill) {
    case Fill::uniform:
      return encode(signed_uniform(u, input.dtype, input.scale), input.dtype);
    case Fill::positive:
      return encode(positive_uniform(u, input.dtype, input.scale), input.dtype);
    case Fill::dominant:
      return encode(signed_uniform(u, input.dtype, input.scale) + (diagonal ? static_cast<double>(columns) : 0.0),
                    input.dtype);
    case Fill::identity:
      return encode(diagonal ? 1.0 : 0.0, input.dtype);
    case Fill::below:
      break;
  }
  return static_cast<std::uint64_t>(integer_below(u, input.limit));
}

int perturbation(const Input& input, std::uint64_t seed, std::uint64_t index) {
  const std::uint64_t stream = mix64(seed + golden_gamma) ^ input.seed;
  return static_cast<int>(random_word(stream, counter(input, index)) % 3) - 1;
}

}  // namespace

std::string_view name(Fill fill) {
  constexpr std::array<std::string_view, 5> names{"uniform", "positive", "dominant", "identity", "below"};
  return names[static_cast<std::size_t>(fill)];
}

std::int64_t Input::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::uint64_t random_word(std::uint64_t seed, std::uint64_t index) {
  return mix64(seed + (index + 1) * golden_gamma);
}

Buffer::Buffer(std::size_t size) : size_(size) {
  constexpr std::size_t alignment = 64;
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, (size / alignment + 1) * alignment)));
  if (!data_) throw std::bad_alloc();
}

Buffer generate(const Input& input, std::optional<std::uint64_t> perturb) {
  const auto elements = static_cast<std::uint64_t>(input.elements());
  const std::size_t size = size_of(input.dtype);
  Buffer buffer(elements * size);
  const bool moves = perturb && is_floating(input.dtype);
  for (std::uint64_t index = 0; index < elements; ++index) {
    std::uint64_t bits = element_bits(input, index);
    if (moves) bits = step_ulp(bits, input.dtype, perturbation(input, *perturb, index));
    std::memcpy(buffer.bytes().data() + index * size, &bits, size);  // little-endian, as every supported machine
  }
  return buffer;
}

std::uint64_t step_ulp(std::uint64_t bits, DType dtype, int steps) {
  if (steps == 0) return bits;
  const std::uint64_t sign = std::uint64_t{1} << (size_of(dtype) * 8 - 1);
  const auto magnitude = static_cast<std::int64_t>(bits & (sign - 1));
  const std::int64_t ordered = ((bits & sign) != 0 ? -magnitude : magnitude) + steps;
  return ordered < 0 ? static_cast<std::uint64_t>(-ordered) | sign : static_cast<std::uint64_t>(ordered);
}

}  // namespace envguard::recipe
