#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace envguard::engine::cuda {

/// kernels.cu, as NVRTC takes it.
[[nodiscard]] std::string kernel_source();

/// How the compiler treats a * b + c: one rounding (--fmad=true) or two.
enum class Contraction { on, off };

/// kernels.cu as a fatbin of nvcc's; empty where envguard was built without it. With Contraction::off it holds
/// multiply_add_chain_f32 alone.
[[nodiscard]] std::span<const std::byte> embedded_code(Contraction contraction);

}  // namespace envguard::engine::cuda
