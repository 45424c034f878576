#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/hash.hpp"
#include "model/probe.hpp"
#include "recipe/dtype.hpp"

namespace envguard::recipe {

/// XXH3-128 over the contiguous bytes, then the text "float32 [257, 129] [129, 1]": dtype, shape and the strides (in
/// elements) that the operator gave its result before it was made contiguous.
[[nodiscard]] base::Hash128 tensor_hash(std::span<const std::byte> bytes, DType dtype,
                                        std::span<const std::int64_t> shape, std::span<const std::int64_t> strides);

/// Norm, counts, sentinels and CountSketch of a contiguous tensor, in one fixed order, so that they are as reproducible
/// as its bits. Sentinel j is the element at floor(j * elements / 16).
[[nodiscard]] model::Evidence summarize(std::span<const std::byte> bytes, DType dtype);

}  // namespace envguard::recipe
