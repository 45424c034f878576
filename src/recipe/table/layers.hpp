#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recipe/table.hpp"

namespace envguard::recipe::table {

// One function a layer. A seed belongs to one input for ever: layer x 1000, counted up.
[[nodiscard]] std::vector<Unit> arith_units();
[[nodiscard]] std::vector<Unit> rng_units();
[[nodiscard]] std::vector<Unit> blas_units();
[[nodiscard]] std::vector<Unit> linalg_units();
[[nodiscard]] std::vector<Unit> dnn_units();
[[nodiscard]] std::vector<Unit> ops_units();
[[nodiscard]] std::vector<Unit> train_units();

using Devices = std::vector<model::DeviceKind>;
using Shape = std::vector<std::int64_t>;

inline const Devices cpu{model::DeviceKind::cpu};
inline const Devices cuda{model::DeviceKind::cuda};
inline const Devices everywhere{model::DeviceKind::cpu, model::DeviceKind::cuda};

inline constexpr DType f64 = DType::float64;
inline constexpr DType f32 = DType::float32;
inline constexpr DType f16 = DType::float16;
inline constexpr DType bf16 = DType::bfloat16;

inline Input uniform(std::string name, DType dtype, Shape shape, std::uint64_t seed, int scale = 0) {
  return {std::move(name), dtype, std::move(shape), Fill::uniform, seed, scale, 0};
}
inline Input positive(std::string name, DType dtype, Shape shape, std::uint64_t seed, int scale = 0) {
  return {std::move(name), dtype, std::move(shape), Fill::positive, seed, scale, 0};
}
inline Input below(std::string name, std::int64_t limit, Shape shape, std::uint64_t seed) {
  return {std::move(name), DType::int64, std::move(shape), Fill::below, seed, 0, limit};
}

/// A unit of one probe, whose id is the unit's.
inline Unit probe(std::string id, std::string family, Devices devices, std::vector<Input> inputs,
                  std::string operation) {
  std::vector<Output> outputs{{id, std::move(operation)}};
  return {std::move(id), std::move(family), std::move(devices), std::move(inputs), 0, std::move(outputs)};
}

/// A unit of several: each output is named below the unit's id.
inline Unit unit(std::string id, std::string family, Devices devices, std::vector<Input> inputs,
                 std::initializer_list<Output> outputs) {
  Unit result{std::move(id), std::move(family), std::move(devices), std::move(inputs), 0, {}};
  for (const Output& output : outputs) result.outputs.push_back({result.id + "." + output.id, output.operation});
  return result;
}

/// `unit` under other flags than the profile's.
inline Unit with_flags(Unit unit, std::vector<std::pair<std::string, bool>> flags) {
  unit.flags = std::move(flags);
  return unit;
}

/// The same inputs as `above` has, given to a library of CUDA's directly.
inline Unit beneath(std::string id, const Unit& above, std::vector<Input> inputs, std::string operation) {
  Unit result = probe(std::move(id), above.family, cuda, std::move(inputs), std::move(operation));
  result.twin = above.id;
  return result;
}

/// `unit` in the profile that leaves everything as PyTorch has it, and in no other.
inline Unit as_is_alone(Unit unit) {
  unit.strict = false;
  unit.as_is = true;
  return unit;
}

/// A unit of one probe that draws from torch's default generator, seeded first.
inline Unit drawn(std::string id, Devices devices, std::uint64_t seed, std::vector<Input> inputs,
                  std::string operation) {
  Unit result = probe(std::move(id), "rng", std::move(devices), std::move(inputs), std::move(operation));
  result.generator_seed = seed;
  return result;
}

}  // namespace envguard::recipe::table
