#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/torch/c_interface.hpp"
#include "recipe/dtype.hpp"

namespace envguard::engine::torch {

using recipe::DType;

class Torch;

using Shape = std::vector<std::int64_t>;

/// A tensor of the opened PyTorch. A copy is another handle to the same tensor, as in Python. The Torch that made it
/// must outlive it.
class Tensor {
 public:
  /// Takes over the handle.
  Tensor(const Torch& torch, TensorObject* owned) : torch_(&torch), object_(owned) {}
  ~Tensor();
  Tensor(const Tensor& other);
  Tensor(Tensor&& other) noexcept;
  Tensor& operator=(Tensor other) noexcept;

  [[nodiscard]] Shape sizes() const;
  [[nodiscard]] Shape strides() const;  ///< in elements
  [[nodiscard]] DType dtype() const;
  [[nodiscard]] std::int64_t size(std::size_t dimension) const { return sizes().at(dimension); }

  /// The elements of a contiguous host tensor, valid while this tensor lives. std::logic_error for any other tensor.
  [[nodiscard]] std::span<const std::byte> bytes() const;
  /// The only element of a host tensor of floats, doubles or 64-bit integers, as a number.
  [[nodiscard]] double item() const;

  /// Makes this leaf gather gradients; the same tensor, so that a parameter is made in one expression.
  Tensor requires_grad() const;
  /// `.grad`: nothing before the first backward.
  [[nodiscard]] std::optional<Tensor> grad() const;

  [[nodiscard]] const Torch& torch() const { return *torch_; }
  [[nodiscard]] TensorObject* object() const { return object_; }
  /// A second handle, for a receiver that will own it.
  [[nodiscard]] TensorObject* copy_object() const;

 private:
  const Torch* torch_;
  TensorObject* object_;
};

using TensorList = std::vector<Tensor>;

}  // namespace envguard::engine::torch
