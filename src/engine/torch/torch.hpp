#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/shared_library.hpp"
#include "engine/torch/c_interface.hpp"
#include "engine/torch/context.hpp"
#include "engine/torch/failure.hpp"
#include "engine/torch/results.hpp"
#include "engine/torch/tensor.hpp"
#include "engine/torch/value.hpp"
#include "model/device.hpp"

namespace envguard::engine::torch {

/// The opened PyTorch. Its operators are called by name with every argument of their schema (native_functions.yaml):
/// a slot left out is zero, which is not the default. Scalar, Stream, Generator and complex arguments are refused by
/// the C interface.
class Torch {
 public:
  /// `library` is the opened libtorch.so, with all that it needs. `printed` gives what PyTorch has printed to stderr
  /// since the last question: before 2.13 an error's message is nowhere else.
  Torch(SharedLibrary library, std::function<std::string()> printed);
  Torch(const Torch&) = delete;
  Torch& operator=(const Torch&) = delete;

  /// torch.ops.<name>.<overload>(arguments...). Result: Tensor, std::array<Tensor, N>, std::int64_t or void.
  /// Throws Refusal.
  template <class Result = Tensor, class... Arguments>
  Result call(const char* name, const char* overload, const Arguments&... arguments) const {
    std::array<Value, stack_size> stack{};
    static_assert(sizeof...(Arguments) <= stack_size);
    const Marshaller marshal(*this);
    std::size_t slot = 0;
    ((stack[slot++] = marshal(arguments)), ...);
    dispatch(name, overload, stack);
    return Results(*this, stack.data()).take<Result>();
  }

  /// A copy of host memory in torch's own allocator, on the host. `bytes` holds the contiguous elements.
  [[nodiscard]] Tensor host_tensor(std::span<const std::byte> bytes, const Shape& shape, DType dtype) const;

  /// Where probes run and factories put their tensors; the CPU until `use` says otherwise.
  void use(model::Device device);
  [[nodiscard]] Place place() const { return place_; }
  [[nodiscard]] bool on_cuda() const { return place_.device_type != cpu_.device_type; }
  [[nodiscard]] Place cpu() const { return cpu_; }

  [[nodiscard]] std::uint64_t abi() const { return c_.version(); }
  [[nodiscard]] std::string version() const;  ///< "2.11.0", as the opened library answers
  [[nodiscard]] const CInterface& c() const { return c_; }
  [[nodiscard]] const Context& context() const { return context_; }
  [[nodiscard]] const SharedLibrary& library() const { return library_; }

  /// PyTorch's own number of a dtype and back: the numbers are not part of its ABI.
  [[nodiscard]] std::int32_t number_of(DType dtype) const;
  [[nodiscard]] DType dtype_of(std::int32_t number) const;
  [[nodiscard]] std::int64_t number_of_e4m3() const;  ///< float8_e4m3fn, which is never kept
  [[nodiscard]] std::int32_t number_of(MemoryFormat format) const;

  /// Throws Refusal with PyTorch's message where `code` is not 0.
  void check(CInterface::Code code) const;

 private:
  static constexpr std::size_t stack_size = 32;
  void dispatch(const char* name, const char* overload, std::array<Value, stack_size>& stack) const;

  SharedLibrary library_;
  CInterface c_;
  Context context_;
  std::function<std::string()> printed_;
  std::vector<std::pair<DType, std::int32_t>> dtypes_;
  std::vector<std::pair<MemoryFormat, std::int32_t>> formats_;
  Place cpu_, place_;
};

}  // namespace envguard::engine::torch
