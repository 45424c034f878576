#include "engine/torch/failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace envguard::engine::torch {
namespace {

struct Mark {
  std::string_view text;
  Refusal::Reason reason;
};

using Reason = Refusal::Reason;

// PyTorch's C interface has no error classes, only these words (c10/core/Context, c10/cuda/CUDAException,
// CUDACachingAllocator, aten/src/ATen/cuda/Exceptions.h, the enums of NVIDIA's headers). The first that is found
// counts.
constexpr std::array marks{
    Mark{"does not have a deterministic implementation", Reason::not_deterministic},
    Mark{"Deterministic behavior was enabled", Reason::not_deterministic},
    Mark{"out of memory", Reason::no_memory},
    Mark{"can't allocate memory", Reason::no_memory},
    Mark{"std::bad_alloc", Reason::no_memory},
    Mark{"_OUT_OF_MEMORY", Reason::no_memory},
    Mark{"_ALLOC_FAILED", Reason::no_memory},       // of cuBLAS, cuSOLVER, cuFFT, cuDNN 8
    Mark{"_ALLOCATION_FAILED", Reason::no_memory},  // of cuDNN 9, below INTERNAL_ERROR, and cuRAND
    Mark{"no kernel image is available", Reason::no_kernel_image},
    // cuDNN calls these not supported, and what they say is that it is not whole here.
    Mark{"_INCOMPATIBLE_CUDA_DRIVER", Reason::device},
    Mark{"_INCOMPATIBLE_CUDART", Reason::device},
    Mark{"_PREREQUISITE_MISSING", Reason::device},
    Mark{"_SUBLIBRARY_UNAVAILABLE", Reason::device},
    Mark{"_EXECUTION_FAILED", Reason::device},
    Mark{"_INTERNAL_ERROR", Reason::device},
    // Of what a library of CUDA's says only this lasts as long as the install.
    Mark{"_NOT_SUPPORTED", Reason::unsupported},
    Mark{"_ARCH_MISMATCH", Reason::unsupported},
    Mark{"unable to find an engine", Reason::unsupported},
    Mark{"No execution plans support the graph", Reason::unsupported},
    Mark{"CUDA error:", Reason::device},  // also of cuBLAS and cuSPARSE
    Mark{"CUDA driver error:", Reason::device},
    Mark{"CUDA NVRTC error:", Reason::device},
    Mark{"cuDNN error:", Reason::device},
    Mark{"cuDNN Frontend error:", Reason::device},
    Mark{"cusolver error:", Reason::device},
    Mark{"cuFFT error:", Reason::device},
    Mark{"cudaError", Reason::device},  // thrust's
    Mark{"failed to synchronize", Reason::device},
    Mark{"_STATUS_", Reason::device},
    Mark{"Unable to find a valid cuDNN algorithm", Reason::device},  // no memory for a workspace, as a rule
    Mark{"INTERNAL ASSERT FAILED", Reason::device},
};

Reason reason_of(std::string_view message) {
  const auto* mark = std::find_if(marks.begin(), marks.end(), [message](const Mark& candidate) {
    return message.find(candidate.text) != std::string_view::npos;
  });
  return mark == marks.end() ? Reason::unsupported : mark->reason;
}

/// PyTorch's message, and what it means where the words do not say it.
std::string explained(const std::string& message) {
  if (reason_of(message) != Reason::no_kernel_image) return message;
  // First: a message is cut where it is shown, and PyTorch's own is long.
  return "This PyTorch has no machine code for this GPU: such code runs on the same major compute capability with an "
         "equal or higher minor one, and there is no PTX to compile from (CUDA C++ Programming Guide, Binary "
         "Compatibility).\n" +
         message;
}

}  // namespace

Refusal::Refusal(const std::string& message) : std::runtime_error(explained(message)), reason_(reason_of(message)) {}

}  // namespace envguard::engine::torch
