#include "engine/torch/tensor.hpp"

#include <stdexcept>
#include <utility>

#include "engine/torch/torch.hpp"

namespace envguard::engine::torch {

Tensor::~Tensor() {
  if (object_ != nullptr) torch_->c().delete_tensor(object_);
}

Tensor::Tensor(const Tensor& other) : torch_(other.torch_), object_(other.copy_object()) {}

Tensor::Tensor(Tensor&& other) noexcept : torch_(other.torch_), object_(std::exchange(other.object_, nullptr)) {}

Tensor& Tensor::operator=(Tensor other) noexcept {
  std::swap(torch_, other.torch_);
  std::swap(object_, other.object_);
  return *this;
}

TensorObject* Tensor::copy_object() const {
  TensorObject* copy = nullptr;
  torch_->check(torch_->c().copy_handle(object_, &copy));
  return copy;
}

Shape Tensor::sizes() const {
  std::int64_t rank = 0;
  std::int64_t* sizes = nullptr;
  torch_->check(torch_->c().rank(object_, &rank));
  torch_->check(torch_->c().sizes(object_, &sizes));
  return {sizes, sizes + rank};
}

Shape Tensor::strides() const {
  std::int64_t rank = 0;
  std::int64_t* strides = nullptr;
  torch_->check(torch_->c().rank(object_, &rank));
  torch_->check(torch_->c().strides(object_, &strides));
  return {strides, strides + rank};
}

DType Tensor::dtype() const {
  std::int32_t number = 0;
  torch_->check(torch_->c().dtype(object_, &number));
  return torch_->dtype_of(number);
}

std::span<const std::byte> Tensor::bytes() const {
  std::int32_t device = 0;
  torch_->check(torch_->c().device_type(object_, &device));
  if (device != torch_->cpu().device_type) throw std::logic_error("bytes of a tensor that is not on the host");
  const Shape shape = sizes();
  const Shape steps = strides();
  std::int64_t elements = 1;
  for (std::size_t i = shape.size(); i > 0; --i) {
    if (shape[i - 1] > 1 && steps[i - 1] != elements)
      throw std::logic_error("bytes of a tensor that is not contiguous");
    elements *= shape[i - 1];
  }
  const void* data = nullptr;
  torch_->check(torch_->c().const_data(object_, &data));
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(elements) * recipe::size_of(dtype())};
}

double Tensor::item() const {
  const auto content = bytes();
  if (content.size() != recipe::size_of(dtype())) throw std::logic_error("item of a tensor that has not one element");
  return recipe::load(content.data(), dtype());
}

Tensor Tensor::requires_grad() const {
  torch_->check(torch_->c().set_requires_grad(object_, true));
  return *this;
}

std::optional<Tensor> Tensor::grad() const {
  // An at::Tensor is one pointer to its TensorImpl, and the handle is a pointer to an at::Tensor.
  const void* implementation = *reinterpret_cast<void* const*>(object_);
  TensorObject* borrowed = torch_->c().grad(implementation);
  bool defined = false;
  torch_->check(torch_->c().is_defined(borrowed, &defined));
  if (!defined) return std::nullopt;
  TensorObject* owned = nullptr;
  torch_->check(torch_->c().copy_handle(borrowed, &owned));
  return Tensor(*torch_, owned);
}

}  // namespace envguard::engine::torch
