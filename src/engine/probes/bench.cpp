#include "engine/probes/bench.hpp"

#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "engine/torch/random.hpp"

namespace envguard::engine::probes {
namespace {

template <class T>
constexpr DType dtype_of_host = DType::int64;
template <>
constexpr DType dtype_of_host<double> = DType::float64;
template <>
constexpr DType dtype_of_host<float> = DType::float32;

}  // namespace

Bench::Bench(const Torch& torch, const recipe::Unit& unit, std::optional<std::uint64_t> perturb, Sink sink)
    : torch_(torch), unit_(unit), perturb_(perturb), sink_(std::move(sink)) {}

Tensor Bench::input(std::string_view name) const {
  const recipe::Input& input = unit_.input(name);
  const recipe::Buffer buffer = recipe::generate(input, perturb_);
  return to_device(torch_.host_tensor(buffer.bytes(), input.shape, input.dtype));
}

template <class T>
std::vector<T> Bench::host(std::string_view name) const {
  const recipe::Input& input = unit_.input(name);
  if (input.dtype != dtype_of_host<T>)
    throw std::logic_error(fmt::format("{}: input {} is of another type", unit_.id, name));
  const recipe::Buffer buffer = recipe::generate(input, perturb_);
  std::vector<T> values(buffer.bytes().size() / sizeof(T));
  std::memcpy(values.data(), buffer.bytes().data(), values.size() * sizeof(T));
  return values;
}

template std::vector<double> Bench::host<double>(std::string_view) const;
template std::vector<float> Bench::host<float>(std::string_view) const;

void Bench::seed_generator() const {
  if (unit_.generator_seed == 0) return;
  if (torch_.on_cuda()) (void)zeros(torch_, {1}, DType::float32);  // before it CUDA has no generator
  torch::manual_seed(torch_, unit_.generator_seed);
}

void Bench::keep(std::string_view name, const Tensor& tensor, std::string_view choice) {
  const std::string_view id = claim(name);
  const Tensor host = contiguous(to_host(detach(tensor)));
  sink_({id, host.bytes(), host.dtype(), tensor.sizes(), tensor.strides(), choice});
  ++kept_;
}

void Bench::keep(std::string_view name, const TensorList& tensors) {
  TensorList flat;
  for (const Tensor& tensor : tensors) flat.push_back(reshape(detach(tensor), {-1}));
  keep(name, cat(flat));
}

void Bench::keep(std::string_view name, std::span<const double> values) {
  keep_host(name, std::as_bytes(values), DType::float64);
}

void Bench::keep(std::string_view name, std::span<const float> values) {
  keep_host(name, std::as_bytes(values), DType::float32);
}

void Bench::keep_host(std::string_view name, std::span<const std::byte> bytes, DType dtype) {
  const std::string_view id = claim(name);
  sink_({id, bytes, dtype, {static_cast<std::int64_t>(bytes.size() / recipe::size_of(dtype))}, {1}});
  ++kept_;
}

std::string_view Bench::claim(std::string_view name) const {
  const std::string id = name.empty() ? unit_.id : fmt::format("{}.{}", unit_.id, name);
  if (kept_ < unit_.outputs.size() && unit_.outputs[kept_].id == id) return unit_.outputs[kept_].id;
  throw std::logic_error(fmt::format("{} is kept where the recipe has {}", id,
                                     kept_ < unit_.outputs.size() ? unit_.outputs[kept_].id : "nothing more"));
}

}  // namespace envguard::engine::probes
