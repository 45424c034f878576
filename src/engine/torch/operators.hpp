#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/torch/torch.hpp"

/// Operators under PyTorch's own names, with the defaults of its schemas. Found by their Tensor argument: `mm(a, b)`.
namespace envguard::engine::torch {

// Factories, on the device in use.
[[nodiscard]] Tensor zeros(const Torch& torch, const Shape& size, DType dtype);
[[nodiscard]] Tensor ones(const Torch& torch, const Shape& size, DType dtype);

// Copies and views.
[[nodiscard]] Tensor clone(const Tensor& self, std::optional<MemoryFormat> format = {});
[[nodiscard]] Tensor contiguous(const Tensor& self, MemoryFormat format = MemoryFormat::contiguous);
[[nodiscard]] Tensor to(const Tensor& self, DType dtype);
[[nodiscard]] Tensor to(const Tensor& self, Place place);  ///< waits until the copy is there
[[nodiscard]] Tensor to_device(const Tensor& self);        ///< the device in use
[[nodiscard]] Tensor to_host(const Tensor& self);          ///< waits; an error of an earlier kernel shows here
[[nodiscard]] Tensor detach(const Tensor& self);
[[nodiscard]] Tensor view(const Tensor& self, const Shape& size);
[[nodiscard]] Tensor reshape(const Tensor& self, const Shape& size);
[[nodiscard]] Tensor t(const Tensor& self);
[[nodiscard]] Tensor transpose(const Tensor& self, std::int64_t first, std::int64_t second);
[[nodiscard]] Tensor permute(const Tensor& self, const Shape& dimensions);
[[nodiscard]] Tensor select(const Tensor& self, std::int64_t dimension, std::int64_t index);
[[nodiscard]] Tensor slice(const Tensor& self, std::int64_t dimension, std::int64_t start, std::int64_t end,
                           std::int64_t step = 1);
[[nodiscard]] Tensor cat(const TensorList& tensors, std::int64_t dimension = 0);
[[nodiscard]] Tensor stack(const TensorList& tensors, std::int64_t dimension = 0);

// Arithmetic. add(a, b) is not here: its schema has a Scalar.
[[nodiscard]] Tensor mul(const Tensor& self, const Tensor& other);
[[nodiscard]] Tensor div(const Tensor& self, const Tensor& other);
[[nodiscard]] Tensor abs(const Tensor& self);
[[nodiscard]] Tensor sum(const Tensor& self);
[[nodiscard]] Tensor sum(const Tensor& self, const Shape& dimensions, bool keepdim = false);
[[nodiscard]] Tensor plus(const Tensor& self,
                          const Tensor& other);  ///< stack and sum over it: equal bits where two are added

// Linear algebra.
[[nodiscard]] Tensor mm(const Tensor& self, const Tensor& other);
[[nodiscard]] Tensor bmm(const Tensor& self, const Tensor& other);
[[nodiscard]] Tensor mv(const Tensor& self, const Tensor& vector);
[[nodiscard]] Tensor dot(const Tensor& self, const Tensor& other);
[[nodiscard]] Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {});
[[nodiscard]] Tensor linalg_cholesky(const Tensor& self);             ///< the lower factor
[[nodiscard]] std::array<Tensor, 2> linalg_qr(const Tensor& self);    ///< Q, R
[[nodiscard]] std::array<Tensor, 3> linalg_svd(const Tensor& self);   ///< U, S, Vh; not the full matrices
[[nodiscard]] std::array<Tensor, 2> linalg_eigh(const Tensor& self);  ///< eigenvalues, eigenvectors
[[nodiscard]] Tensor linalg_solve(const Tensor& matrix, const Tensor& right);

// Autograd.
/// Accumulates into `.grad` of `inputs`; `gradient` may be left out where `self` has one element.
void backward(const Tensor& self, const TensorList& inputs, const std::optional<Tensor>& gradient = {});
void zero_(const Tensor& self);

}  // namespace envguard::engine::torch
