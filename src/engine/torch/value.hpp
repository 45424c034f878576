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

}  // namespace envguard::engine::torch
