#include <gtest/gtest.h>

#include "engine/torch/failure.hpp"

namespace envguard::engine::torch {
namespace {

using Reason = Refusal::Reason;

TEST(Refusal, TellsWhatLastsFromWhatIsOfTheMoment) {
  EXPECT_EQ(Refusal("No available kernel. Aborting execution.").reason(), Reason::unsupported);
  EXPECT_EQ(Refusal("grid_sampler_2d_backward_cuda does not have a deterministic implementation, but you set "
                    "'torch.use_deterministic_algorithms(True)'")
                .reason(),
            Reason::not_deterministic);
  EXPECT_EQ(
      Refusal("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried "
              "to allocate 64 bytes.")
          .reason(),
      Reason::no_memory);
  EXPECT_EQ(Refusal("CUDA out of memory. Tried to allocate 2.00 GiB.").reason(), Reason::no_memory);
  EXPECT_EQ(Refusal("CUDA error: no kernel image is available for execution on the device").reason(),
            Reason::no_kernel_image);
  EXPECT_EQ(Refusal("CUDA error: an illegal memory access was encountered").reason(), Reason::device);
}

TEST(Refusal, OfAMissingArchitectureSaysTheRule) {
  const std::string what = Refusal("CUDA error: no kernel image is available for execution on the device").what();
  EXPECT_NE(what.find("same major compute capability with an equal or higher minor"), std::string::npos) << what;
}

TEST(Refusal, KeepsTheMessage) {
  EXPECT_STREQ(Refusal("No available kernel.").what(), "No available kernel.");
}

}  // namespace
}  // namespace envguard::engine::torch
