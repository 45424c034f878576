// NVRTC needs no GPU: the very kernels, through the engine's own wrapper, with the compilers of real wheels.
#include "engine/cuda/nvrtc.hpp"

#include <algorithm>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cuda/kernels.hpp"
#include "engine/torch/failure.hpp"

#include "wheels.hpp"

namespace envguard::engine::cuda {
namespace {

using testing::HasSubstr;
using testing::Not;
using torch::Refusal;

struct Wheel {
  const char *torch, *library, *version;
};

Nvrtc nvrtc_of(const Wheel& wheel) {
  return Nvrtc(test::open(test::site_packages(wheel.torch) / wheel.library));
}

constexpr Wheel cuda_12{"2.10.0", "nvidia/cuda_nvrtc/lib/libnvrtc.so.12", "12.8"};
constexpr Wheel cuda_13{"2.11.0", "nvidia/cu13/lib/libnvrtc.so.13", "13.0"};

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What `act` is refused with.
template <class Act>
Refusal refusal_of(const Act& act) {
  try {
    act();
  } catch (const Refusal& refusal) {
    return refusal;
  }
  return {Refusal::Reason::device, "nothing was refused"};
}

class OnWheel : public testing::TestWithParam<Wheel> {
 protected:
  void SetUp() override {
    if (GetParam().torch == std::string("2.10.0") && !test::is_fetched("2.10.0")) {
      GTEST_SKIP() << "run ci/fetch-torch python-2.10.0 for a compiler of CUDA 12.8";
    }
  }
};

TEST_P(OnWheel, EveryKernelCompilesForEveryArchitecture) {
  const Nvrtc nvrtc = nvrtc_of(GetParam());
  EXPECT_EQ(nvrtc.version(), GetParam().version);
  for (const int capability : {75, 80, 90, 100, 120}) {
    const auto cubin = nvrtc.compile(kernel_source(), capability, compile_options(Contraction::on));
    ASSERT_GT(cubin.size(), 1000U) << capability;
    EXPECT_TRUE(
        text_of(cubin).starts_with("\x7f"
                                   "ELF"))
        << "machine code, not PTX";
    for (const char* kernel :
         {".text.exp_f32", ".text.sin_f32", ".text.pow_f32", ".text.division_f32", ".text.rsqrt_f32", ".text.exp_f64",
          ".text.division_f64", ".text.multiply_add_chain_f32", ".text.mma_f16", ".text.mma_bf16", ".text.mma_tf32",
          ".text.sum_f32", ".text.warp_sum_f32", ".text.integer_hash"}) {
      EXPECT_THAT(text_of(cubin), HasSubstr(kernel)) << capability;
    }
  }
}

TEST_P(OnWheel, WithoutContractionOnlyTheChainIsCompiledAndItIsAnother) {
  const Nvrtc nvrtc = nvrtc_of(GetParam());
  auto options = compile_options(Contraction::off);
  const auto off = nvrtc.compile(kernel_source(), 90, options);
  EXPECT_THAT(text_of(off), HasSubstr(".text.multiply_add_chain_f32"));
  EXPECT_THAT(text_of(off), Not(HasSubstr(".text.exp_f32")));
  std::replace(options.begin(), options.end(), std::string("--fmad=false"), std::string("--fmad=true"));
  EXPECT_NE(nvrtc.compile(kernel_source(), 90, options), off);
}

TEST_P(OnWheel, TheSameSourceGivesTheSameMachineCode) {
  const Nvrtc nvrtc = nvrtc_of(GetParam());
  const auto options = compile_options(Contraction::off);
  EXPECT_EQ(nvrtc.compile(kernel_source(), 80, options), nvrtc.compile(kernel_source(), 80, options));
}

TEST_P(OnWheel, AnArchitectureThatItDoesNotKnowIsUnsupported) {
  const auto refusal = refusal_of([] { (void)nvrtc_of(GetParam()).compile(kernel_source(), 999, {}); });
  EXPECT_EQ(refusal.reason(), Refusal::Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("sm_999"));
  EXPECT_THAT(refusal.what(), HasSubstr("libnvrtc.so"));
}

TEST_P(OnWheel, AnErrorInTheSourceIsToldInTheCompilersWords) {
  const auto refusal = refusal_of([] { (void)nvrtc_of(GetParam()).compile("__global__ void f() { g(); }", 90, {}); });
  EXPECT_EQ(refusal.reason(), Refusal::Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("identifier \"g\" is undefined"));
}

// These two want a process in which no other NVRTC is mapped: CTest starts one a test.
TEST_P(OnWheel, TheMappedOneIsPyTorchs) {
  const auto path = test::site_packages(GetParam().torch) / GetParam().library;
  const SharedLibrary held = test::open(path);
  const Nvrtc found = Nvrtc::of_pytorch("/nowhere/libtorch.so");
  EXPECT_EQ(found.path(), path);
}

INSTANTIATE_TEST_SUITE_P(Wheels, OnWheel, testing::Values(cuda_12, cuda_13),
                         [](const auto& wheel) { return std::string("cuda_") + (wheel.index == 0 ? "12" : "13"); });

TEST(Nvrtc, OneThatIsNowhereIsUnsupported) {
  const auto refusal = refusal_of([] { (void)Nvrtc::of_pytorch("/nowhere/libtorch.so"); });
  EXPECT_EQ(refusal.reason(), Refusal::Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("NVRTC was not found: /nowhere/libcaffe2_nvrtc.so"));
}

}  // namespace
}  // namespace envguard::engine::cuda
