#include "engine/torch/operators.hpp"

namespace envguard::engine::torch {
namespace {

constexpr auto none = std::nullopt;

Tensor filled(const char* name, const Torch& torch, const Shape& size, DType dtype) {
  return torch.call(name, "", size, std::optional(dtype), none, std::optional(torch.place()), none);
}

}  // namespace

Tensor zeros(const Torch& torch, const Shape& size, DType dtype) {
  return filled("aten::zeros", torch, size, dtype);
}
Tensor ones(const Torch& torch, const Shape& size, DType dtype) {
  return filled("aten::ones", torch, size, dtype);
}

Tensor clone(const Tensor& self, std::optional<MemoryFormat> format) {
  return self.torch().call("aten::clone", "", self, format);
}
Tensor contiguous(const Tensor& self, MemoryFormat format) {
  return self.torch().call("aten::contiguous", "", self, format);
}
Tensor to(const Tensor& self, DType dtype) {
  return self.torch().call("aten::to", "dtype", self, dtype, false, false, none);
}
Tensor to(const Tensor& self, Place place) {
  return self.torch().call("aten::_to_copy", "", self, none, none, std::optional(place), none, false, none);
}
Tensor to_device(const Tensor& self) {
  return self.torch().on_cuda() ? to(self, self.torch().place()) : self;
}
Tensor to_host(const Tensor& self) {
  return self.torch().on_cuda() ? to(self, self.torch().cpu()) : self;
}
Tensor detach(const Tensor& self) {
  return self.torch().call("aten::detach", "", self);
}
Tensor view(const Tensor& self, const Shape& size) {
  return self.torch().call("aten::view", "", self, size);
}
Tensor reshape(const Tensor& self, const Shape& size) {
  return self.torch().call("aten::reshape", "", self, size);
}
Tensor t(const Tensor& self) {
  return self.torch().call("aten::t", "", self);
}
Tensor transpose(const Tensor& self, std::int64_t first, std::int64_t second) {
  return self.torch().call("aten::transpose", "int", self, first, second);
}
Tensor permute(const Tensor& self, const Shape& dimensions) {
  return self.torch().call("aten::permute", "", self, dimensions);
}
Tensor select(const Tensor& self, std::int64_t dimension, std::int64_t index) {
  return self.torch().call("aten::select", "int", self, dimension, index);
}
Tensor slice(const Tensor& self, std::int64_t dimension, std::int64_t start, std::int64_t end, std::int64_t step) {
  return self.torch().call("aten::slice", "Tensor", self, dimension, std::optional(start), std::optional(end), step);
}
Tensor cat(const TensorList& tensors, std::int64_t dimension) {
  return tensors.at(0).torch().call("aten::cat", "", tensors, dimension);
}
Tensor stack(const TensorList& tensors, std::int64_t dimension) {
  return tensors.at(0).torch().call("aten::stack", "", tensors, dimension);
}

Tensor mul(const Tensor& self, const Tensor& other) {
  return self.torch().call("aten::mul", "Tensor", self, other);
}
Tensor div(const Tensor& self, const Tensor& other) {
  return self.torch().call("aten::div", "Tensor", self, other);
}
Tensor abs(const Tensor& self) {
  return self.torch().call("aten::abs", "", self);
}
Tensor sum(const Tensor& self) {
  return self.torch().call("aten::sum", "", self, none);
}
Tensor sum(const Tensor& self, const Shape& dimensions, bool keepdim) {
  return self.torch().call("aten::sum", "dim_IntList", self, std::optional(dimensions), keepdim, none);
}
Tensor plus(const Tensor& self, const Tensor& other) {
  return sum(stack({self, other}), {0});
}

Tensor mm(const Tensor& self, const Tensor& other) {
  return self.torch().call("aten::mm", "", self, other);
}
Tensor bmm(const Tensor& self, const Tensor& other) {
  return self.torch().call("aten::bmm", "", self, other);
}
Tensor mv(const Tensor& self, const Tensor& vector) {
  return self.torch().call("aten::mv", "", self, vector);
}
Tensor dot(const Tensor& self, const Tensor& other) {
  return self.torch().call("aten::dot", "", self, other);
}
Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias) {
  return input.torch().call("aten::linear", "", input, weight, bias);
}
Tensor linalg_cholesky(const Tensor& self) {
  return self.torch().call<std::array<Tensor, 2>>("aten::linalg_cholesky_ex", "", self, false, true)[0];
}
std::array<Tensor, 2> linalg_qr(const Tensor& self) {
  return self.torch().call<std::array<Tensor, 2>>("aten::linalg_qr", "", self, "reduced");
}
std::array<Tensor, 3> linalg_svd(const Tensor& self) {
  return self.torch().call<std::array<Tensor, 3>>("aten::linalg_svd", "", self, false, none);
}
std::array<Tensor, 2> linalg_eigh(const Tensor& self) {
  return self.torch().call<std::array<Tensor, 2>>("aten::linalg_eigh", "", self, "L");
}
Tensor linalg_solve(const Tensor& matrix, const Tensor& right) {
  return matrix.torch().call("aten::linalg_solve", "", matrix, right, true);
}

void backward(const Tensor& self, const TensorList& inputs, const std::optional<Tensor>& gradient) {
  self.torch().call<void>("aten::_backward", "", self, inputs, gradient, none, false);
}
void zero_(const Tensor& self) {
  (void)self.torch().call("aten::zero_", "", self);
}

}  // namespace envguard::engine::torch
