#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/cuda/abi/driver.hpp"
#include "engine/cuda/symbols.hpp"

namespace envguard::engine::cuda {

/// The primary context of one GPU, which CUDA's runtime and so PyTorch use too, through libcuda. All work goes to the
/// default stream, in order with PyTorch's. Every call throws torch::Refusal with the driver's own words.
class Gpu {
 public:
  struct Release {
    const Gpu* gpu;
    // Nothing is left to do where giving back fails: the context is lost, and with it what it held.
    void operator()(void* address) const { gpu->free_(address_of(address)); }
    void operator()(abi::driver::ModuleObject* module) const { gpu->unload_(module); }
  };
  /// Device memory; null where its size is 0.
  using Memory = std::unique_ptr<void, Release>;
  using Module = std::unique_ptr<abi::driver::ModuleObject, Release>;
  struct Launch {
    unsigned blocks_x = 1, blocks_y = 1, threads = 1;
  };

  /// `library` is a path or a bare name, `index` counts as CUDA counts, under CUDA_VISIBLE_DEVICES.
  Gpu(const std::string& library, int index);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  [[nodiscard]] int capability() const { return capability_; }          ///< 90 for compute capability 9.0
  [[nodiscard]] int driver_version() const { return driver_version_; }  ///< of its interface: 13000 for CUDA 13.0

  [[nodiscard]] Memory allocate(std::size_t size) const;
  [[nodiscard]] Memory upload(std::span<const std::byte> bytes) const;
  /// Waits for everything before it: an error of an earlier kernel shows here.
  [[nodiscard]] std::vector<std::byte> download(const Memory& memory, std::size_t size) const;

  void synchronize() const;

  /// A cubin or a fatbin; unloaded with the handle.
  [[nodiscard]] Module load(std::span<const std::byte> image) const;
  /// Arguments are the addresses of the kernel's arguments. Does not wait.
  void launch(const Module& module, const char* kernel, const Launch& shape, std::span<void*> arguments) const;

 private:
  template <class Signature, class... Arguments>
  void call(const char* name, Arguments... arguments) const {
    check(name, symbols_.function<Signature>(name)(arguments...));
  }
  void check(const char* name, abi::driver::Result result) const;
  [[nodiscard]] std::string explain(abi::driver::Result result) const;
  [[nodiscard]] static abi::driver::Pointer address_of(const void* memory);

  Symbols symbols_;
  abi::driver::MemFree* free_;
  abi::driver::ModuleUnload* unload_;
  abi::driver::DevicePrimaryCtxRelease* release_;
  abi::driver::Device device_ = 0;
  int capability_ = 0;
  int driver_version_ = 0;
};

}  // namespace envguard::engine::cuda
