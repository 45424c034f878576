#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/torch/tensor.hpp"

namespace envguard::engine::torch {

enum class MemoryFormat { contiguous, channels_last };

/// `index` is -1 for the CPU.
struct Place {
  std::int32_t device_type = 0;
  std::int32_t index = -1;
};

/// An argument of a schema that may be left out (`Tensor?`, `int?`): it must be passed as std::optional, never as the
/// bare value.
template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

/// Turns arguments into StableIValues. Handles made here are owned by the receiver: torch_call_dispatcher consumes
/// them.
class Marshaller {
 public:
  explicit Marshaller(const Torch& torch) : torch_(torch) {}

  [[nodiscard]] Value operator()(bool value) const { return value ? 1 : 0; }
  [[nodiscard]] Value operator()(int value) const { return (*this)(std::int64_t{value}); }
  [[nodiscard]] Value operator()(std::int64_t value) const { return std::bit_cast<Value>(value); }
  [[nodiscard]] Value operator()(double value) const { return std::bit_cast<Value>(value); }
  [[nodiscard]] Value operator()(std::nullopt_t) const { return 0; }
  [[nodiscard]] Value operator()(const char* text) const { return (*this)(std::string_view(text)); }
  [[nodiscard]] Value operator()(std::string_view text) const;
  [[nodiscard]] Value operator()(DType dtype) const;
  [[nodiscard]] Value operator()(MemoryFormat format) const;
  [[nodiscard]] Value operator()(Place place) const;
  [[nodiscard]] Value operator()(const Tensor& tensor) const;

  template <class T>
  [[nodiscard]] Value operator()(const std::optional<T>& value) const {
    // Deleted by the receiver with the same operator delete: both sides use the shared libstdc++.
    return value ? pointer(new Value((*this)(*value))) : 0;
  }

  template <class T>
  [[nodiscard]] Value operator()(const std::vector<T>& items) const {
    ListObject* list = new_list(items.size());
    for (const auto& item : items) push_back(list, (*this)(item));
    return pointer(list);
  }

 private:
  template <class T>
  [[nodiscard]] static Value pointer(T* address) {
    return reinterpret_cast<Value>(address);
  }
  [[nodiscard]] ListObject* new_list(std::size_t size) const;
  void push_back(ListObject* list, Value item) const;

  const Torch& torch_;
};

/// Reads what a call left on the stack. Only Tensors, arrays of Tensors, one list of Tensors, or one plain value can be
/// returned safely: the interface pops returns backwards but types them forwards.
class Results {
 public:
  Results(const Torch& torch, const Value* stack) : torch_(torch), stack_(stack) {}

  template <class T>
  [[nodiscard]] T take() const {
    if constexpr (std::is_same_v<T, Tensor>) {
      return tensor(0);
    } else if constexpr (std::is_same_v<T, TensorList>) {
      return list();
    } else if constexpr (std::is_same_v<T, bool>) {
      return (stack_[0] & 0xff) != 0;
    } else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>) {
      return std::bit_cast<T>(stack_[0]);
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
  [[nodiscard]] TensorList list() const;

  const Torch& torch_;
  const Value* stack_;
};

}  // namespace envguard::engine::torch
