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

Bench::Bench(const Torch& torch, cuda::Direct& direct, const recipe::Unit& unit, std::optional<std::uint64_t> perturb,
             Sink sink)
    : torch_(torch), direct_(direct), unit_(unit), perturb_(perturb), sink_(std::move(sink)) {}

Tensor Bench::input(std::string_view name) const {
  const recipe::Input& input = unit_.input(name);
  const recipe::Buffer buffer = recipe::generate(input, perturb_);
  return to_device(torch_.host_tensor(buffer.bytes(), input.shape, input.dtype));
}

recipe::Buffer Bench::host_bytes(std::string_view name) const {
  return recipe::generate(unit_.input(name), perturb_);
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
template std::vector<std::int64_t> Bench::host<std::int64_t>(std::string_view) const;

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
  keep(name, std::as_bytes(values), DType::float64, {std::ssize(values)});
}

void Bench::keep(std::string_view name, std::span<const float> values) {
  keep(name, std::as_bytes(values), DType::float32, {std::ssize(values)});
}

void Bench::keep(std::string_view name, std::span<const std::byte> bytes, DType dtype, const Shape& shape) {
  const std::string_view id = claim(name);
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i > 1; --i) strides[i - 2] = strides[i - 1] * shape[i - 1];
  sink_({id, bytes, dtype, shape, strides});
  ++kept_;
}

std::string_view Bench::claim(std::string_view name) const {
  const std::string id = name.empty() ? unit_.id : fmt::format("{}.{}", unit_.id, name);
  if (kept_ < unit_.outputs.size() && unit_.outputs[kept_].id == id) return unit_.outputs[kept_].id;
  throw std::logic_error(fmt::format("{} is kept where the recipe has {}", id,
                                     kept_ < unit_.outputs.size() ? unit_.outputs[kept_].id : "nothing more"));
}

}  // namespace envguard::engine::probes
