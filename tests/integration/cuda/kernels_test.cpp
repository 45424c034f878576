// Kernels and memory through a libcuda whose device is the host.
#include "engine/cuda/kernels.hpp"

#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/torch/failure.hpp"
#include "recipe/table.hpp"

#include "wheels.hpp"

namespace envguard::engine::cuda {
namespace {

using testing::HasSubstr;
using torch::Refusal;
using Reason = Refusal::Reason;

/// The switches of fake_cuda.cpp, put back after each test.
class OnFakeGpu : public testing::Test {
 protected:
  template <class T>
  T& knob(const char* name) {
    return *static_cast<T*>(library.find(name));
  }
  void fail(const char* function, int code) {
    knob<const char*>("fake_failing") = function;
    knob<int>("fake_failure") = code;
  }
  void TearDown() override {
    fail("", 0);
    knob<int>("fake_driver_version") = 13000;
    knob<bool>("fake_flips_a_bit") = false;
    EXPECT_EQ(knob<int>("fake_objects"), 0) << "something was not given back";
  }
  SharedLibrary library = test::open(FAKE_CUDA);
};

/// What `act` is refused with.
template <class Act>
Refusal refusal_by(const Act& act) {
  try {
    act();
  } catch (const Refusal& refusal) {
    return refusal;
  }
  return {Reason::not_deterministic, "nothing was refused"};
}

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

template <class T>
std::vector<T> values_of(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Kernels::Call hashes_of(const std::vector<std::int64_t>& x) {
  return {.name = "integer_hash",
          .shape = {.blocks_x = 2, .threads = 256},
          .x = bytes_of(x),
          .rows = static_cast<int>(x.size()),
          .result_size = x.size() * sizeof x[0]};
}

TEST_F(OnFakeGpu, TheIntegerControlIsWhatTheHostComputes) {
  if (!recipe::has_embedded_sass()) GTEST_SKIP() << "this build has no machine code of nvcc's";
  const Gpu gpu(FAKE_CUDA, 0);
  Kernels kernels(gpu, "/nowhere/libtorch.so");
  const std::vector<std::int64_t> x{0, 1, 2, 2147483646};
  const auto hashes = kernels.run(Compiler::nvcc, hashes_of(x));
  EXPECT_EQ(wrong_hashes(x, hashes), 0U);
  knob<bool>("fake_flips_a_bit") = true;
  EXPECT_EQ(wrong_hashes(x, kernels.run(Compiler::nvcc, hashes_of(x))), 1U) << "a broken GPU is found out";
}

TEST(IntegerControl, OfZeroIsTheStreamOfSplitmix64) {
  // Round by round z is mixed after the increment, so one round of 0 is the first number of splitmix64 with seed 0,
  // 0xe220a8397b1dcdaf; 64 rounds were computed with Python's integers.
  EXPECT_EQ(static_cast<std::uint64_t>(integer_hash(0)), 0x85327123fc51b226U);
}

TEST_F(OnFakeGpu, ArgumentsReachTheKernelInTheirOrder) {
  const SharedLibrary nvrtc = test::open(test::site_packages("2.11.0") / "nvidia/cu13/lib/libnvrtc.so.13");
  const Gpu gpu(FAKE_CUDA, 0);
  EXPECT_EQ(gpu.capability(), 90);
  Kernels kernels(gpu, "/nowhere/libtorch.so");
  const std::vector<float> x{2, 3, 4, 5, 6, 7}, y{1, 2, 3, 4, 5, 6};
  const auto powers = kernels.run(Compiler::nvrtc, {.name = "pow_f32",
                                                    .shape = {.blocks_x = 3, .threads = 2},
                                                    .x = bytes_of(x),
                                                    .y = bytes_of(y),
                                                    .rows = 6,
                                                    .result_size = 24});
  EXPECT_EQ(values_of<float>(powers), (std::vector<float>{2, 9, 64, 625, 7776, 117649}));
  const auto chains = kernels.run(Compiler::nvrtc, {.name = "multiply_add_chain_f32",
                                                    .contraction = Contraction::off,
                                                    .shape = {.blocks_x = 1, .threads = 4},
                                                    .x = bytes_of(x),
                                                    .y = bytes_of(y),
                                                    .rows = 2,
                                                    .columns = 3,
                                                    .result_size = 12});
  EXPECT_EQ(values_of<float>(chains), (std::vector<float>{1 * 5 + 4, 2 * 6 + 5, 3 * 7 + 6}));
}

TEST_F(OnFakeGpu, MachineCodeOfNvccNeedsADriverOfBranch580) {
  if (!recipe::has_embedded_sass()) GTEST_SKIP() << "this build has no machine code of nvcc's";
  knob<int>("fake_driver_version") = 12080;
  const Gpu gpu(FAKE_CUDA, 0);
  const auto refusal =
      refusal_by([&] { (void)Kernels(gpu, "").run(Compiler::nvcc, {.name = "exp_f64", .result_size = 8}); });
  EXPECT_EQ(refusal.reason(), Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("needs a driver of branch 580 or newer; this one is for CUDA 12.8"));
}

TEST_F(OnFakeGpu, AnArchitectureWithoutMachineCodeIsUnsupported) {
  if (!recipe::has_embedded_sass()) GTEST_SKIP() << "this build has no machine code of nvcc's";
  fail("cuModuleLoadData", 209);
  const Gpu gpu(FAKE_CUDA, 0);
  const auto refusal =
      refusal_by([&] { (void)Kernels(gpu, "").run(Compiler::nvcc, {.name = "exp_f64", .result_size = 8}); });
  EXPECT_EQ(refusal.reason(), Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("no machine code for compute capability 9.0"));
}

TEST_F(OnFakeGpu, ABuildWithoutNvccSaysSo) {
  if (recipe::has_embedded_sass()) GTEST_SKIP() << "this build has machine code of nvcc's";
  const Gpu gpu(FAKE_CUDA, 0);
  const auto refusal =
      refusal_by([&] { (void)Kernels(gpu, "").run(Compiler::nvcc, {.name = "exp_f64", .result_size = 8}); });
  EXPECT_EQ(refusal.reason(), Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("built without nvcc"));
}

TEST_F(OnFakeGpu, OutOfMemorySaysHowMuchIsFree) {
  fail("cuMemAlloc_v2", 2);
  const Gpu gpu(FAKE_CUDA, 0);
  const auto refusal = refusal_by([&] { (void)gpu.allocate(1024); });
  EXPECT_EQ(refusal.reason(), Reason::no_memory);
  EXPECT_STREQ(refusal.what(), "cuMemAlloc_v2: out of memory (5 MiB of 81920 MiB are free)");
}

TEST_F(OnFakeGpu, AnErrorOfAKernelShowsWhenItsResultIsFetched) {
  fail("cuCtxSynchronize", 700);
  const Gpu gpu(FAKE_CUDA, 0);
  const auto memory = gpu.allocate(8);
  const auto refusal = refusal_by([&] { (void)gpu.download(memory, 8); });
  EXPECT_EQ(refusal.reason(), Reason::device);
  EXPECT_STREQ(refusal.what(), "cuCtxSynchronize: an illegal memory access was encountered");
}

TEST_F(OnFakeGpu, AGpuThatIsNotThereIsRefused) {
  EXPECT_EQ(refusal_by([] { const Gpu gpu(FAKE_CUDA, 1); }).reason(), Reason::device);
}

TEST(Driver, OneThatIsNotThereIsUnsupported) {
  const auto refusal = refusal_by([] { const Gpu gpu("/nowhere/libcuda.so.1", 0); });
  EXPECT_EQ(refusal.reason(), Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("/nowhere/libcuda.so.1: cannot open shared object file"));
}

TEST(Driver, OneThatLacksAFunctionIsUnsupported) {
  const auto refusal = refusal_by([] { const Gpu gpu("libm.so.6", 0); });
  EXPECT_EQ(refusal.reason(), Reason::unsupported);
  EXPECT_THAT(refusal.what(), HasSubstr("libm.so.6 and what it depends on have no function cu"));
}

}  // namespace
}  // namespace envguard::engine::cuda
