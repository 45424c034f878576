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

// PyTorch's C interface has no error classes, only these words (c10/core/Context, c10/cuda/CUDAException,
// CUDACachingAllocator).
constexpr std::array marks{
    Mark{"does not have a deterministic implementation", Refusal::Reason::not_deterministic},
    Mark{"Deterministic behavior was enabled", Refusal::Reason::not_deterministic},
    Mark{"out of memory", Refusal::Reason::no_memory},
    Mark{"can't allocate memory", Refusal::Reason::no_memory},
    Mark{"std::bad_alloc", Refusal::Reason::no_memory},
    Mark{"CUBLAS_STATUS_ALLOC_FAILED", Refusal::Reason::no_memory},
    Mark{"CUDNN_STATUS_ALLOC_FAILED", Refusal::Reason::no_memory},
    Mark{"no kernel image is available", Refusal::Reason::no_kernel_image},
    Mark{"CUDA error:", Refusal::Reason::device},
    Mark{"CUBLAS_STATUS_EXECUTION_FAILED", Refusal::Reason::device},
    Mark{"CUBLAS_STATUS_INTERNAL_ERROR", Refusal::Reason::device},
    Mark{"CUDNN_STATUS_EXECUTION_FAILED", Refusal::Reason::device},
    Mark{"CUDNN_STATUS_INTERNAL_ERROR", Refusal::Reason::device},
};

Refusal::Reason reason_of(std::string_view message) {
  const auto* mark = std::find_if(marks.begin(), marks.end(), [message](const Mark& candidate) {
    return message.find(candidate.text) != std::string_view::npos;
  });
  return mark == marks.end() ? Refusal::Reason::unsupported : mark->reason;
}

/// PyTorch's message, and what it means where the words do not say it.
std::string explained(const std::string& message) {
  if (reason_of(message) != Refusal::Reason::no_kernel_image) return message;
  return message +
         "\nThis PyTorch has no machine code for this GPU: such code runs on the same major compute capability with an "
         "equal or higher minor one, and there is no PTX to compile from (CUDA C++ Programming Guide, Binary "
         "Compatibility).";
}

}  // namespace

Refusal::Refusal(const std::string& message) : std::runtime_error(explained(message)), reason_(reason_of(message)) {}

}  // namespace envguard::engine::torch
