#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "engine/torch/tensor.hpp"

namespace envguard::engine::torch {

/// Reads what a call left on the stack: a Tensor, an array of Tensors, an int, or nothing. Other mixtures are not safe:
/// the interface pops returns backwards but types them forwards.
class Results {
 public:
  Results(const Torch& torch, const Value* stack) : torch_(torch), stack_(stack) {}

  template <class T>
  [[nodiscard]] T take() const {
    if constexpr (std::is_same_v<T, Tensor>) {
      return tensor(0);
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      return std::bit_cast<std::int64_t>(stack_[0]);
    } else if constexpr (!std::is_void_v<T>) {
      return tensors<T>(std::make_index_sequence<std::tuple_size_v<T>>{});
    }
  }

 private:
  template <class Array, std::size_t... Index>
  [[nodiscard]] Array tensors(std::index_sequence<Index...>) const {
    return Array{tensor(Index)...};
  }
  [[nodiscard]] Tensor tensor(std::size_t slot) const;

  const Torch& torch_;
  const Value* stack_;
};

}  // namespace envguard::engine::torch
