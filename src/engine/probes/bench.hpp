#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/cuda/direct.hpp"
#include "engine/torch/operators.hpp"
#include "model/probe.hpp"
#include "recipe/summary.hpp"
#include "recipe/table.hpp"

namespace envguard::engine::probes {

using torch::DType;
using torch::Shape;
using torch::Tensor;
using torch::TensorList;
using torch::Torch;

/// One kept tensor, on the host and contiguous, on its way out.
struct Kept {
  std::string_view id;
  std::span<const std::byte> bytes;  ///< valid only during the call
  DType dtype;
  Shape shape;
  Shape strides;              ///< that the operator gave it
  std::string_view choice{};  ///< of the backend, where PyTorch chose one
};

/// What the code of a unit works with: the unit's inputs, and where its results go.
class Bench {
 public:
  using Sink = std::function<void(const Kept&)>;
  Bench(const Torch& torch, cuda::Direct& direct, const recipe::Unit& unit, std::optional<std::uint64_t> perturb,
        Sink sink);

  [[nodiscard]] const Torch& torch() const { return torch_; }
  [[nodiscard]] cuda::Direct& direct() const { return direct_; }
  [[nodiscard]] const recipe::Unit& unit() const { return unit_; }

  /// The unit's input of that name on the device, in torch's own allocator; each call makes a new one.
  [[nodiscard]] Tensor input(std::string_view name) const;
  /// The same as a leaf that gathers gradients.
  [[nodiscard]] Tensor parameter(std::string_view name) const { return input(name).requires_grad(); }
  /// The input's elements on the host, as recipe makes them; `size` elements of T.
  template <class T>
  [[nodiscard]] std::vector<T> host(std::string_view name) const;

  [[nodiscard]] recipe::Buffer host_bytes(std::string_view name) const;

  /// Sets the default generator of the device to the unit's seed, where the unit has one. Done before the unit's code
  /// runs.
  void seed_generator() const;

  /// The unit's next output, in the recipe's order. `name` is what follows the unit's id ("grad_input" of
  /// "dnn.conv.grad_input"); empty where the unit's id is the output's. Any other name or order is a fault of the
  /// program: std::logic_error.
  void keep(std::string_view name, const Tensor& tensor, std::string_view choice = {});
  void keep(const Tensor& tensor) { keep({}, tensor); }
  /// Several tensors of one dtype, one after the other, count as one of rank 1.
  void keep(std::string_view name, const TensorList& tensors);
  /// What the host itself computed.
  void keep(std::string_view name, std::span<const double> values);
  void keep(std::string_view name, std::span<const float> values);
  /// What came back from a GPU without PyTorch: contiguous elements.
  void keep(std::string_view name, std::span<const std::byte> bytes, DType dtype, const Shape& shape);

  /// How many outputs were kept.
  [[nodiscard]] std::size_t kept() const { return kept_; }

 private:
  [[nodiscard]] std::string_view claim(std::string_view name) const;

  const Torch& torch_;
  cuda::Direct& direct_;
  const recipe::Unit& unit_;
  std::optional<std::uint64_t> perturb_;
  Sink sink_;
  std::size_t kept_ = 0;
};

}  // namespace envguard::engine::probes
