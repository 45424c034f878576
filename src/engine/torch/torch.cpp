#include "engine/torch/torch.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace envguard::engine::torch {
namespace {

std::int32_t constant(const SharedLibrary& library, const char* symbol) {
  auto* ask = library.function<std::int32_t()>(symbol);
  if (ask != nullptr) return ask();
  throw CannotOpen(CannotOpen::Kind::missing_symbol,
                   fmt::format("{} and what it depends on have no symbol {}", library.path().string(), symbol), symbol);
}

}  // namespace

Torch::Torch(SharedLibrary library, std::function<std::string()> printed)
    : library_(std::move(library)), c_(CInterface::load(library_)), context_(library_), printed_(std::move(printed)) {
  dtypes_ = {{DType::float64, constant(library_, "aoti_torch_dtype_float64")},
             {DType::float32, constant(library_, "aoti_torch_dtype_float32")},
             {DType::float16, constant(library_, "aoti_torch_dtype_float16")},
             {DType::bfloat16, constant(library_, "aoti_torch_dtype_bfloat16")},
             {DType::int64, constant(library_, "aoti_torch_dtype_int64")}};
  formats_ = {{MemoryFormat::contiguous, constant(library_, "aoti_torch_memory_format_contiguous_format")},
              {MemoryFormat::channels_last, constant(library_, "aoti_torch_memory_format_channels_last")}};
  cpu_ = {constant(library_, "aoti_torch_device_type_cpu"), -1};
  place_ = cpu_;
}

void Torch::use(model::Device device) {
  const bool cpu = device.kind == model::DeviceKind::cpu;
  place_ = cpu ? cpu_ : Place{constant(library_, "aoti_torch_device_type_cuda"), device.index};
}

std::string Torch::version() const {
  const std::uint64_t abi = c_.version();
  return fmt::format("{}.{}.{}", abi >> 56, abi >> 48 & 0xff, abi >> 40 & 0xff);
}

std::int32_t Torch::number_of(DType dtype) const {
  return std::find_if(dtypes_.begin(), dtypes_.end(), [dtype](const auto& row) { return row.first == dtype; })->second;
}

DType Torch::dtype_of(std::int32_t number) const {
  const auto row =
      std::find_if(dtypes_.begin(), dtypes_.end(), [number](const auto& entry) { return entry.second == number; });
  if (row == dtypes_.end()) throw std::logic_error(fmt::format("a tensor of PyTorch's dtype {} is kept", number));
  return row->first;
}

std::int64_t Torch::number_of_e4m3() const {
  return constant(library_, "aoti_torch_dtype_float8_e4m3fn");
}

std::int32_t Torch::number_of(MemoryFormat format) const {
  return std::find_if(formats_.begin(), formats_.end(), [format](const auto& row) { return row.first == format; })
      ->second;
}

Tensor Torch::host_tensor(std::span<const std::byte> bytes, const Shape& shape, DType dtype) const {
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i > 1; --i) strides[i - 2] = strides[i - 1] * shape[i - 1];
  auto* data = const_cast<std::byte*>(bytes.data());  // read once by the clone below, never written
  TensorObject* object = nullptr;
  check(c_.tensor_from_blob(data, static_cast<std::int64_t>(shape.size()), shape.data(), strides.data(), 0,
                            number_of(dtype), cpu_.device_type, 0, &object));
  const Tensor borrowed(*this, object);
  return call("aten::clone", "", borrowed, std::nullopt);
}

void Torch::check(CInterface::Code code) const {
  if (code == 0) return;
  const std::string printed = printed_();
  const char* message = c_.exception_message == nullptr ? nullptr : c_.exception_message();
  throw Refusal(message != nullptr && *message != '\0' ? message : printed);
}

void Torch::dispatch(const char* name, const char* overload, std::array<Value, stack_size>& stack) const {
  check(c_.call_dispatcher(name, overload, stack.data(), CInterface::abi_version));
}

}  // namespace envguard::engine::torch
