#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recipe/dtype.hpp"

namespace envguard::recipe {

/// How the elements of an input follow from `u`, a 64-bit word per element (see `random_word`).
enum class Fill {
  uniform,   ///< [-2^scale, 2^scale): 24 random bits, 53 for float64, so that sums of float64 are not exact either
  positive,  ///< (0, 2^scale]: the same number of bits
  dominant,  ///< square: symmetric uniform with the number of rows added to the diagonal, so positive definite at scale
             ///< 0
  identity,  ///< square: ones on the diagonal, zeros elsewhere
  below,     ///< int64 in [0, limit): the high 64 bits of (u >> 32) * limit * 2^32
};
[[nodiscard]] std::string_view name(Fill fill);

/// One tensor that a unit reads. All of it is deterministic: no libm, no torch generator.
struct Input {
  std::string name;
  DType dtype = DType::float32;
  std::vector<std::int64_t> shape;  ///< contiguous, row-major
  Fill fill = Fill::uniform;
  std::uint64_t seed = 0;
  int scale = 0;           ///< power of two
  std::int64_t limit = 0;  ///< of Fill::below

  [[nodiscard]] std::int64_t elements() const;
};

/// Element `index` of the stream `seed`: splitmix64 in counter mode (Steele, Lea and Flood, OOPSLA 2014).
[[nodiscard]] std::uint64_t random_word(std::uint64_t seed, std::uint64_t index);

/// Host memory aligned to 64 bytes: the bits of mv and dot depend on alignment.
class Buffer {
 public:
  explicit Buffer(std::size_t size);
  [[nodiscard]] std::span<std::byte> bytes() { return {data_.get(), size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* address) const { std::free(address); }
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_;
};

/// The input's elements. With `perturb` every floating-point element moves by -1, 0 or +1 ulp of its own type, after a
/// pattern that the seed and the input's own seed choose; integers stay.
[[nodiscard]] Buffer generate(const Input& input, std::optional<std::uint64_t> perturb = {});

/// `bits` of a finite floating-point element moved by `steps` representable numbers; -0 counts as 0.
[[nodiscard]] std::uint64_t step_ulp(std::uint64_t bits, DType dtype, int steps);

}  // namespace envguard::recipe
