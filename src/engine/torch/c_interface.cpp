#include "engine/torch/c_interface.hpp"

#include <fmt/format.h>

#include "engine/torch/failure.hpp"

namespace envguard::engine::torch {
namespace {

template <class Function>
void take(const SharedLibrary& library, Function*& slot, const char* symbol) {
  slot = library.function<Function>(symbol);
  if (slot == nullptr) {
    throw CannotOpen(CannotOpen::Kind::missing_symbol,
                     fmt::format("{} and what it depends on have no symbol {}, which PyTorch has since 2.10",
                                 library.path().string(), symbol),
                     symbol);
  }
}

void refuse_old(const SharedLibrary& library) {
  static constexpr auto* symbol = "torch_call_dispatcher";
  if (library.find(symbol) != nullptr) return;
  auto* version = library.function<std::uint64_t()>("aoti_torch_abi_version");
  const std::string name =
      version == nullptr ? "this PyTorch" : fmt::format("PyTorch {}.{}", version() >> 56, version() >> 48 & 0xff);
  throw CannotOpen(CannotOpen::Kind::too_old,
                   fmt::format("{} is older than 2.10, the oldest that envguard measures: {} has no symbol {}", name,
                               library.path().string(), symbol),
                   "2.10");
}

}  // namespace

CInterface CInterface::load(const SharedLibrary& library) {
  refuse_old(library);
  CInterface c;
  take(library, c.version, "aoti_torch_abi_version");
  take(library, c.call_dispatcher, "torch_call_dispatcher");
  take(library, c.new_list, "torch_new_list_reserve_size");
  take(library, c.list_push_back, "torch_list_push_back");
  take(library, c.new_string, "torch_new_string_handle");
  take(library, c.tensor_from_blob, "aoti_torch_create_tensor_from_blob");
  take(library, c.copy_handle, "aoti_torch_new_tensor_handle");
  take(library, c.delete_tensor, "aoti_torch_delete_tensor_object");
  take(library, c.is_defined, "aoti_torch_is_defined");
  take(library, c.rank, "aoti_torch_get_dim");
  take(library, c.sizes, "aoti_torch_get_sizes");
  take(library, c.strides, "aoti_torch_get_strides");
  take(library, c.dtype, "aoti_torch_get_dtype");
  take(library, c.device_type, "aoti_torch_get_device_type");
  take(library, c.const_data, "torch_get_const_data_ptr");
  take(library, c.set_requires_grad, "torch_set_requires_grad");
  take(library, c.layout_strided, "aoti_torch_layout_strided");
  take(library, c.grad, "_ZNK3c1010TensorImpl4gradEv");
  c.exception_message = library.function<const char*()>("torch_exception_get_what_without_backtrace");
  return c;
}

}  // namespace envguard::engine::torch
