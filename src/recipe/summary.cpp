#include "recipe/summary.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "recipe/input.hpp"

namespace envguard::recipe {

namespace {

constexpr std::uint64_t sketch_seed = 0x656E766775617264U;  // "envguard"

struct DoubleDouble {
  double high = 0;
  double low = 0;

  /// Knuth's TwoSum: the rounding error of the sum goes into the low part.
  void add(double value) {
    const double sum = high + value;
    const double back = sum - high;
    low += (high - (sum - back)) + (value - back);
    high = sum;
  }
  void normalize() {
    const double sum = high + low;
    low -= sum - high;
    high = sum;
  }
};

double smallest_normal(DType dtype) {
  switch (dtype) {
    case DType::float64:
      return 0x1p-1022;
    case DType::float16:
      return 0x1p-14;
    case DType::float32:
    case DType::bfloat16:
      return 0x1p-126;
    case DType::int64:
      break;
  }
  return 0;
}

/// Where and which: every NaN as 0, +Inf as 1, -Inf as 2, each with its position.
class NonfinitePositions {
 public:
  void add(std::uint64_t index, double value) {
    any_ = true;
    const std::uint64_t kind = std::isnan(value) ? 0 : value > 0 ? 1 : 2;
    hasher_.number(index).number(kind);
  }
  [[nodiscard]] base::Hash128 hash() const { return any_ ? hasher_.digest() : base::Hash128{}; }

 private:
  base::Hasher hasher_;
  bool any_ = false;
};

using Elements = std::span<const std::byte>;

void count(model::Evidence& evidence, Elements bytes, DType dtype) {
  const std::size_t size = size_of(dtype);
  const double normal = smallest_normal(dtype);
  NonfinitePositions positions;
  for (std::uint64_t index = 0; index < evidence.elements; ++index) {
    const double value = load(bytes.data() + index * size, dtype);
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? evidence.nan : evidence.inf);
      positions.add(index, value);
      continue;
    }
    const double magnitude = std::fabs(value);
    evidence.max = std::max(evidence.max, magnitude);
    if (value == 0 && std::signbit(value)) ++evidence.negative_zero;
    if (value != 0 && magnitude < normal) ++evidence.subnormal;
  }
  evidence.nonfinite_positions = positions.hash();
}

/// Norm and sketch. Squares are summed scaled by a power of two near 1 / max, so that they neither overflow nor vanish.
void accumulate(model::Evidence& evidence, Elements bytes, DType dtype) {
  const std::size_t size = size_of(dtype);
  int exponent = 0;
  std::frexp(evidence.max, &exponent);
  exponent = std::clamp(exponent, -1000, 1000);  // so that the scale itself is a finite, normal number
  const double scale = std::ldexp(1.0, -exponent);
  DoubleDouble squares;
  std::array<DoubleDouble, model::sketch_buckets> buckets{};
  for (std::uint64_t index = 0; index < evidence.elements; ++index) {
    const double value = load(bytes.data() + index * size, dtype);
    if (!std::isfinite(value)) continue;
    const double scaled = value * scale;
    squares.add(scaled * scaled);
    const std::uint64_t word = random_word(sketch_seed, index);
    buckets[word % model::sketch_buckets].add((word >> 63) != 0 ? -value : value);
  }
  evidence.norm = std::ldexp(std::sqrt(squares.high + squares.low), exponent);
  for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket) {
    buckets[bucket].normalize();
    evidence.sketch.high[bucket] = buckets[bucket].high;
    evidence.sketch.low[bucket] = static_cast<float>(buckets[bucket].low);
  }
}

}  // namespace

base::Hash128 tensor_hash(Elements bytes, DType dtype, std::span<const std::int64_t> shape,
                          std::span<const std::int64_t> strides) {
  const std::string description =
      fmt::format("{} [{}] [{}]", name(dtype), fmt::join(shape, ", "), fmt::join(strides, ", "));
  base::Hasher hasher;
  hasher.bytes(bytes).bytes(std::as_bytes(std::span(description)));
  return hasher.digest();
}

model::Evidence summarize(Elements bytes, DType dtype) {
  model::Evidence evidence;
  evidence.elements = bytes.size() / size_of(dtype);
  count(evidence, bytes, dtype);
  accumulate(evidence, bytes, dtype);
  for (std::size_t j = 0; j < model::sentinel_count && evidence.elements > 0; ++j) {
    const std::uint64_t index = j * evidence.elements / model::sentinel_count;
    evidence.sentinels[j] = load(bytes.data() + index * size_of(dtype), dtype);
  }
  return evidence;
}

}  // namespace envguard::recipe
