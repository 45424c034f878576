// cuBLAS and cuDNN of real wheels on a machine without a GPU: they open, and refuse in their own words.
#include "engine/cuda/cublas.hpp"

#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cuda/cudnn.hpp"
#include "engine/torch/failure.hpp"

#include "wheels.hpp"

namespace envguard::engine::cuda {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using torch::Refusal;
using Reason = Refusal::Reason;

template <class Act>
Refusal refused_by(const Act& act) {
  try {
    act();
  } catch (const Refusal& refusal) {
    return refusal;
  }
  return {Reason::not_deterministic, "nothing was refused"};
}

const std::vector<std::byte> four(16);

TEST(Libraries, OneThatLacksAFunctionIsUnsupported) {
  const Gpu gpu(FAKE_CUDA, 0);
  const Symbols empty = Symbols::in(test::open("libm.so.6"));
  for (const auto& refusal :
       {refused_by([&] { (void)sgemm(empty, gpu, four, four, {2, 2, 2}, MathMode::standard); }),
        refused_by([&] { (void)linear_with_bias(empty, gpu, four, four, four, {2, 2, 2}, recipe::DType::float32); }),
        refused_by([&] { (void)conv2d(empty, gpu, four, four, {1, 1, 2, 2, 1, 2, 2, 0}); })}) {
    EXPECT_EQ(refusal.reason(), Reason::unsupported);
    EXPECT_THAT(refusal.what(), HasSubstr("libm.so.6 and what it depends on have no function cu"));
  }
}

/// Without a GPU no handle can be had. With one this would be a fake GPU's memory in a real library's hands, so it is
/// not tried there.
TEST(Libraries, WithoutAGpuTheyRefuseInTheirOwnWords) {
  if (std::holds_alternative<SharedLibrary>(SharedLibrary::open("libcuda.so.1"))) GTEST_SKIP() << "there is a driver";
  const Gpu gpu(FAKE_CUDA, 0);
  const auto nvidia = test::site_packages("2.11.0") / "nvidia";
  const SharedLibrary lt = test::open(nvidia / "cu13/lib/libcublasLt.so.13");
  const Symbols cublas = Symbols::in(test::open(nvidia / "cu13/lib/libcublas.so.13"));
  const auto product = refused_by([&] { (void)sgemm(cublas, gpu, four, four, {2, 2, 2}, MathMode::standard); });
  EXPECT_THAT(product.what(), StartsWith("cublasCreate_v2: "));
  EXPECT_EQ(product.reason(), Reason::device) << product.what();
  const Symbols cudnn = Symbols::in(test::open(nvidia / "cudnn/lib/libcudnn.so.9"));
  const auto convolution = refused_by([&] { (void)conv2d(cudnn, gpu, four, four, {1, 1, 2, 2, 1, 2, 2, 0}); });
  EXPECT_THAT(convolution.what(), StartsWith("cudnnCreate: CUDNN_STATUS_"));
  EXPECT_EQ(convolution.reason(), Reason::device) << convolution.what();
}

}  // namespace
}  // namespace envguard::engine::cuda
