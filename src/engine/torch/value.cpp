#include "engine/torch/value.hpp"

#include "engine/torch/torch.hpp"

namespace envguard::engine::torch {

Value Marshaller::operator()(std::string_view text) const {
  StringObject* object = nullptr;
  torch_.check(torch_.c().new_string(text.data(), text.size(), &object));
  return pointer(object);
}

Value Marshaller::operator()(DType dtype) const {
  return static_cast<std::uint32_t>(torch_.number_of(dtype));
}

Value Marshaller::operator()(MemoryFormat format) const {
  return static_cast<std::uint32_t>(torch_.number_of(format));
}

Value Marshaller::operator()(Place place) const {
  return Value{static_cast<std::uint32_t>(place.device_type)} << 32 | static_cast<std::uint32_t>(place.index);
}

Value Marshaller::operator()(const Tensor& tensor) const {
  return pointer(tensor.copy_object());
}

ListObject* Marshaller::new_list(std::size_t size) const {
  ListObject* list = nullptr;
  torch_.check(torch_.c().new_list(size, &list));
  return list;
}

void Marshaller::push_back(ListObject* list, Value item) const {
  torch_.check(torch_.c().list_push_back(list, item));
}

Tensor Results::tensor(std::size_t slot) const {
  return {torch_, reinterpret_cast<TensorObject*>(stack_[slot])};
}

}  // namespace envguard::engine::torch
