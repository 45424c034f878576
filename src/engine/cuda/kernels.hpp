#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/cuda/gpu.hpp"
#include "engine/cuda/kernel_code.hpp"

namespace envguard::engine::cuda {

/// Who makes the machine code of kernels.cu.
enum class Compiler {
  nvcc,   ///< while envguard was built: only the hardware, or the driver, can move what it computes
  nvrtc,  ///< here and now, the one that PyTorch loads
};

/// Starts the kernels of kernels.cu. Each way of compiling them is gone at most once a process, on first use.
class Kernels {
 public:
  struct Call {
    const char* name;
    Contraction contraction = Contraction::on;
    Gpu::Launch shape = {};
    std::span<const std::byte> x = {}, y = {};  ///< y may be empty
    int rows = 0, columns = 0;                  ///< what the kernel's last two arguments are
    std::size_t result_size = 0;                ///< in bytes
  };

  /// `gpu` must outlive it; `libtorch` is the path of the opened libtorch.so.
  Kernels(const Gpu& gpu, std::filesystem::path libtorch) : gpu_(gpu), libtorch_(std::move(libtorch)) {}

  /// What the kernel wrote. torch::Refusal unsupported, with the reason, where this machine code cannot be had or
  /// loaded here.
  [[nodiscard]] std::vector<std::byte> run(Compiler compiler, const Call& call);

 private:
  [[nodiscard]] const Gpu::Module& module(Compiler compiler, Contraction contraction);
  [[nodiscard]] Gpu::Module embedded(Contraction contraction) const;
  [[nodiscard]] Gpu::Module compiled(Contraction contraction) const;

  const Gpu& gpu_;
  std::filesystem::path libtorch_;
  std::array<std::array<std::optional<Gpu::Module>, 2>, 2> modules_;  ///< by compiler and contraction
};

/// NVRTC's options beside the architecture: accurate functions and divisions, which are its defaults, and no fast math.
[[nodiscard]] std::vector<std::string> compile_options(Contraction contraction);

/// What the kernel integer_hash makes of `x`, computed here.
[[nodiscard]] std::int64_t integer_hash(std::int64_t x);
/// How many of a GPU's hashes of `x` are not those of the host.
[[nodiscard]] std::size_t wrong_hashes(std::span<const std::int64_t> x, std::span<const std::byte> hashes);

}  // namespace envguard::engine::cuda
