#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/probes/bench.hpp"

namespace envguard::engine::probes {

/// The code of one unit of the recipe. Several units may share code and differ in their inputs.
struct UnitCode {
  std::string_view unit;
  void (*run)(Bench&);
};

// One file a layer; what goes around PyTorch on a GPU has two of its own.
[[nodiscard]] std::span<const UnitCode> arith();
[[nodiscard]] std::span<const UnitCode> arith_gpu();
[[nodiscard]] std::span<const UnitCode> libraries();
[[nodiscard]] std::span<const UnitCode> rng();
[[nodiscard]] std::span<const UnitCode> blas();
[[nodiscard]] std::span<const UnitCode> linalg();
[[nodiscard]] std::span<const UnitCode> dnn();
[[nodiscard]] std::span<const UnitCode> ops();
[[nodiscard]] std::span<const UnitCode> train();

/// All of them. A test compares them with the recipe, both ways.
[[nodiscard]] const std::vector<UnitCode>& unit_codes();
/// Null where there is none.
[[nodiscard]] const UnitCode* find_code(std::string_view unit);

}  // namespace envguard::engine::probes
