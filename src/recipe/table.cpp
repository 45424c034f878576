#include "recipe/table.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/probe.hpp"
#include "recipe/table/layers.hpp"

namespace envguard::recipe {

namespace {

std::string canonical(const Input& input) {
  return fmt::format("{}: {} {} [{}] seed {} scale {} limit {}\n", input.name, name(input.fill), name(input.dtype),
                     fmt::join(input.shape, ", "), input.seed, input.scale, input.limit);
}

std::string canonical(const Unit& unit, const Output& output, std::size_t position) {
  std::string text = fmt::format("{}\nunit {} family {} position {} generator {}\n", output.id, unit.id, unit.family,
                                 position, unit.generator_seed);
  for (const model::DeviceKind kind : unit.devices) text += kind == model::DeviceKind::cpu ? "cpu\n" : "cuda\n";
  for (const Input& input : unit.inputs) text += canonical(input);
  for (const auto& [flag, value] : unit.flags) text += fmt::format("flag {} {}\n", flag, value);
  return text.append(output.operation).append("\n");
}

/// Of the strict ladder: what threads, flags and libraries are known to move, and one training.
bool runs_as_is(std::string_view unit) {
  static constexpr std::array units{std::string_view("blas.gemm_f32_257x1031x129"),
                                    std::string_view("blas.gemm_f32_2048x2048x2048"),
                                    std::string_view("blas.gemm_f32_32x8192x32"),
                                    std::string_view("blas.linear_bf16_257x1031x129"),
                                    std::string_view("linalg.qr"),
                                    std::string_view("dnn.conv2d_3x3"),
                                    std::string_view("dnn.lstm"),
                                    std::string_view("ops.sum_f32"),
                                    std::string_view("ops.softmax_f32"),
                                    std::string_view("train.cnn_sgd")};
  return std::find(units.begin(), units.end(), unit) != units.end();
}

/// Recipe 2 got its units for GPUs while its number stayed the same, so that recipe 3 is the first that is sure to have
/// them. Three units were replaced in recipe 3. The ids of recipe 1 are in fixtures/recipe/recipe-1.txt.
bool is_of_recipe_3(std::string_view unit) {
  static constexpr std::array begins{std::string_view("arith.gpu_"),
                                     std::string_view("arith.sass_"),
                                     std::string_view("blas.cublas"),
                                     std::string_view("blas.gemm_bf16_128x16384x128"),
                                     std::string_view("blas.gemm_bf16_32x16384x32_v2"),
                                     std::string_view("blas.gemm_f32_2048x2048x2048_tf32"),
                                     std::string_view("dnn.conv2d_3x3_c64"),
                                     std::string_view("dnn.cudnn_"),
                                     std::string_view("dnn.lstm_h128"),
                                     std::string_view("ops.sdpa_cudnn_"),
                                     std::string_view("ops.sdpa_default_"),
                                     std::string_view("train.cnn_sgd_"),
                                     std::string_view("train.transformer_adamw_bf16")};
  return std::any_of(begins.begin(), begins.end(), [&](auto begin) { return unit.starts_with(begin); });
}

std::vector<Unit> gather() {
  std::vector<Unit> all;
  for (auto&& layer : {table::arith_units(), table::rng_units(), table::blas_units(), table::linalg_units(),
                       table::dnn_units(), table::ops_units(), table::train_units()}) {
    all.insert(all.end(), layer.begin(), layer.end());
  }
  for (Unit& unit : all) {
    unit.as_is = unit.as_is || runs_as_is(unit.id);
    unit.since = is_of_recipe_3(unit.id) ? 3 : 1;
  }
  return all;
}

/// The type in which a unit computes.
DType dtype_of(const Unit& unit) {
  if (unit.computes_in) return *unit.computes_in;
  const auto floating =
      std::find_if(unit.inputs.begin(), unit.inputs.end(), [](const Input& input) { return is_floating(input.dtype); });
  if (floating != unit.inputs.end()) return floating->dtype;
  return unit.inputs.empty() ? DType::float32 : DType::int64;
}

bool after_steps_of_adam(const Unit& unit, const Output& output) {
  const bool adam = unit.id.starts_with("train.cnn_adam") || unit.id.starts_with("train.transformer_adamw");
  return adam && output.id.find(".w", unit.id.size()) != std::string::npos;
}

std::vector<Definition> define() {
  std::vector<Definition> all;
  for (const Unit& unit : units()) {
    for (std::size_t position = 0; position < unit.outputs.size(); ++position) {
      const Output& output = unit.outputs[position];
      all.push_back({output.id, std::string(model::layer_of(output.id)), unit.id, unit.family, unit.devices,
                     canonical(unit, output, position), dtype_of(unit), !after_steps_of_adam(unit, output), unit.strict,
                     unit.as_is, unit.embedded, unit.since});
    }
  }
  return all;
}

}  // namespace

const Input& Unit::input(std::string_view name) const {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const Input& input) { return input.name == name; });
  if (found == inputs.end()) throw std::logic_error(fmt::format("{} has no input {}", id, name));
  return *found;
}

bool has_embedded_sass() {
  return ENVGUARD_EMBEDDED_SASS != 0;
}

const std::vector<Unit>& units() {
  static const std::vector<Unit> all = gather();
  return all;
}

const Unit* find_unit(std::string_view id) {
  const auto found = std::find_if(units().begin(), units().end(), [&](const Unit& unit) { return unit.id == id; });
  return found == units().end() ? nullptr : &*found;
}

const std::vector<Definition>& definitions() {
  static const std::vector<Definition> all = define();
  return all;
}

const Definition* find(std::string_view probe_id) {
  const auto& all = definitions();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Definition& probe) { return probe.id == probe_id; });
  return found == all.end() ? nullptr : &*found;
}

bool belongs_to(const Definition& definition, model::DeviceKind device, model::Profile profile) {
  const bool runs = profile == model::Profile::strict ? definition.strict : definition.as_is;
  return runs && std::find(definition.devices.begin(), definition.devices.end(), device) != definition.devices.end();
}

std::vector<std::string> probes(model::DeviceKind device, model::Profile profile) {
  std::vector<std::string> ids;
  for (const Definition& definition : definitions()) {
    const bool in_this_build = !definition.embedded || has_embedded_sass();
    if (in_this_build && belongs_to(definition, device, profile)) ids.push_back(definition.id);
  }
  return ids;
}

const std::vector<std::string>& layers() {
  static const std::vector<std::string> names{"arith", "rng", "blas", "linalg", "dnn", "ops", "train"};
  return names;
}

int layer_rank(std::string_view layer) {
  const auto& names = layers();
  return static_cast<int>(std::find(names.begin(), names.end(), layer) - names.begin());
}

}  // namespace envguard::recipe
