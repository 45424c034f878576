#include "engine/cuda/gpu.hpp"

#include <bit>
#include <variant>

#include <fmt/format.h>

#include "engine/torch/failure.hpp"

namespace envguard::engine::cuda {
namespace {

using abi::driver::Pointer;
using abi::driver::Result;
using torch::Refusal;

Symbols symbols_of(const std::string& library) {
  auto opened = SharedLibrary::open(library);
  if (const auto* held = std::get_if<SharedLibrary>(&opened)) return Symbols::in(*held);
  throw Refusal(Refusal::Reason::unsupported, std::get<Unopened>(opened).why);
}

/// What is not of this moment is about the image: code of another architecture or of a newer compiler.
Refusal::Reason reason_of(Result result) {
  switch (result) {
    case abi::driver::out_of_memory:
      return Refusal::Reason::no_memory;
    case abi::driver::no_binary_for_gpu:
      return Refusal::Reason::no_kernel_image;
    case abi::driver::invalid_image:
    case abi::driver::unsupported_ptx_version:
    case abi::driver::invalid_source:
      return Refusal::Reason::unsupported;
    default:
      return Refusal::Reason::device;
  }
}

}  // namespace

Gpu::Gpu(const std::string& library, int index)
    : symbols_(symbols_of(library)),
      free_(symbols_.function<abi::driver::MemFree>("cuMemFree_v2")),
      unload_(symbols_.function<abi::driver::ModuleUnload>("cuModuleUnload")),
      release_(symbols_.function<abi::driver::DevicePrimaryCtxRelease>("cuDevicePrimaryCtxRelease_v2")) {
  namespace driver = abi::driver;
  call<driver::Init>("cuInit", 0U);
  call<driver::DriverGetVersion>("cuDriverGetVersion", &driver_version_);
  call<driver::DeviceGet>("cuDeviceGet", &device_, index);
  int major = 0, minor = 0;
  call<driver::DeviceGetAttribute>("cuDeviceGetAttribute", &major, driver::compute_capability_major, device_);
  call<driver::DeviceGetAttribute>("cuDeviceGetAttribute", &minor, driver::compute_capability_minor, device_);
  capability_ = major * 10 + minor;
  driver::ContextObject* context = nullptr;
  call<driver::DevicePrimaryCtxRetain>("cuDevicePrimaryCtxRetain", &context, device_);
  call<driver::CtxSetCurrent>("cuCtxSetCurrent", context);
}

Gpu::~Gpu() {
  release_(device_);
}

Pointer Gpu::address_of(const void* memory) {
  return std::bit_cast<std::uintptr_t>(memory);
}

Gpu::Memory Gpu::allocate(std::size_t size) const {
  Pointer address = 0;
  if (size > 0) call<abi::driver::MemAlloc>("cuMemAlloc_v2", &address, size);
  return {std::bit_cast<void*>(static_cast<std::uintptr_t>(address)), Release{this}};
}

Gpu::Memory Gpu::upload(std::span<const std::byte> bytes) const {
  Memory memory = allocate(bytes.size());
  const void* from = bytes.data();
  call<abi::driver::MemcpyHtoD>("cuMemcpyHtoD_v2", address_of(memory.get()), from, bytes.size());
  return memory;
}

std::vector<std::byte> Gpu::download(const Memory& memory, std::size_t size) const {
  synchronize();
  std::vector<std::byte> bytes(size);
  void* to = bytes.data();
  call<abi::driver::MemcpyDtoH>("cuMemcpyDtoH_v2", to, address_of(memory.get()), size);
  return bytes;
}

void Gpu::synchronize() const {
  call<abi::driver::CtxSynchronize>("cuCtxSynchronize");
}

Gpu::Module Gpu::load(std::span<const std::byte> image) const {
  abi::driver::ModuleObject* module = nullptr;
  const void* data = image.data();
  call<abi::driver::ModuleLoadData>("cuModuleLoadData", &module, data);
  return {module, Release{this}};
}

void Gpu::launch(const Module& module, const char* kernel, const Launch& shape, std::span<void*> arguments) const {
  abi::driver::FunctionObject* function = nullptr;
  call<abi::driver::ModuleGetFunction>("cuModuleGetFunction", &function, module.get(), kernel);
  constexpr unsigned no_shared_memory = 0;
  abi::driver::StreamObject* default_stream = nullptr;
  call<abi::driver::LaunchKernel>("cuLaunchKernel", function, shape.blocks_x, shape.blocks_y, 1U, shape.threads, 1U, 1U,
                                  no_shared_memory, default_stream, arguments.data(), static_cast<void**>(nullptr));
}

void Gpu::check(const char* name, Result result) const {
  if (result == abi::driver::success) return;
  std::string message = fmt::format("{}: {}", name, explain(result));
  const Refusal::Reason reason = reason_of(result);
  std::size_t free = 0, total = 0;
  auto* ask =
      reason == Refusal::Reason::no_memory ? symbols_.function<abi::driver::MemGetInfo>("cuMemGetInfo_v2") : nullptr;
  if (ask != nullptr && ask(&free, &total) == abi::driver::success) {
    message += fmt::format(" ({} MiB of {} MiB are free)", free >> 20, total >> 20);
  }
  throw Refusal(reason, message);
}

std::string Gpu::explain(Result result) const {
  const char* text = nullptr;
  const Result asked = symbols_.function<abi::driver::GetErrorString>("cuGetErrorString")(result, &text);
  return asked == abi::driver::success && text != nullptr ? text : fmt::format("error {}", result);
}

}  // namespace envguard::engine::cuda
