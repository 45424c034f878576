#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/shared_library.hpp"

namespace envguard::engine::torch {

/// A StableIValue: 64 bits that hold a number, or a handle that the receiver owns.
using Value = std::uint64_t;

struct TensorObject;
struct ListObject;
struct StringObject;

/// PyTorch's C functions that the engine uses, taken from an opened LibTorch. Declared in torch/csrc/stable/c/shim.h
/// and torch/csrc/inductor/aoti_torch/c/shim.h; PyTorch promises them for two years
/// (docs/source/notes/libtorch_stable_abi.md). A Code other than 0 is a failure.
struct CInterface {
  using Code = std::int32_t;

  /// The newest interface that these declarations follow. PyTorch adapts later schemas to it.
  static constexpr std::uint64_t abi_version = std::uint64_t{2} << 56 | std::uint64_t{10} << 48;

  /// CannotOpen, naming the symbol, where a function that 2.10 has is missing.
  [[nodiscard]] static CInterface load(const SharedLibrary& library);

  std::uint64_t (*version)() = nullptr;  ///< major << 56 | minor << 48 | patch << 40
  Code (*call_dispatcher)(const char* name, const char* overload, Value* stack, std::uint64_t abi_version) = nullptr;

  Code (*new_list)(std::size_t reserved, ListObject** list) = nullptr;
  Code (*list_push_back)(ListObject* list, Value item) = nullptr;
  Code (*new_string)(const char* data, std::size_t length, StringObject** text) = nullptr;

  Code (*tensor_from_blob)(void* data, std::int64_t rank, const std::int64_t* sizes, const std::int64_t* strides,
                           std::int64_t offset, std::int32_t dtype, std::int32_t device_type, std::int32_t device_index,
                           TensorObject** tensor) = nullptr;
  Code (*copy_handle)(TensorObject* tensor, TensorObject** copy) = nullptr;
  Code (*delete_tensor)(TensorObject* tensor) = nullptr;
  Code (*is_defined)(TensorObject* tensor, bool* defined) = nullptr;
  Code (*rank)(TensorObject* tensor, std::int64_t* rank) = nullptr;
  Code (*sizes)(TensorObject* tensor, std::int64_t** sizes) = nullptr;
  Code (*strides)(TensorObject* tensor, std::int64_t** strides) = nullptr;
  Code (*dtype)(TensorObject* tensor, std::int32_t* dtype) = nullptr;
  Code (*device_type)(TensorObject* tensor, std::int32_t* device_type) = nullptr;
  Code (*const_data)(TensorObject* tensor, const void** data) = nullptr;
  Code (*set_requires_grad)(TensorObject* tensor, bool requires_grad) = nullptr;
  std::int32_t (*layout_strided)() = nullptr;

  /// `const at::Tensor& c10::TensorImpl::grad() const`: `.grad` has no C function. It takes the TensorImpl.
  TensorObject* (*grad)(const void* implementation) = nullptr;

  /// Since 2.13; null before. The message of this thread's last failure.
  const char* (*exception_message)() = nullptr;
};

}  // namespace envguard::engine::torch
