// cuBLAS and cuDNN of real wheels on a machine without a GPU: they open, and refuse in their own words. What each
// status means, through libraries that answer any.
#include "engine/cuda/cublas.hpp"

#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cuda/cudnn.hpp"
#include "engine/cuda/nvrtc.hpp"
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

/// What this status of the fake libraries' first call is taken for, one of them after the other.
class Statuses : public testing::Test {
 protected:
  Reason of_cudnn(int status) {
    return answer(status, [&] { (void)conv2d(symbols_, gpu_, four, four, {1, 1, 2, 2, 1, 2, 2, 0}); });
  }
  Reason of_cublas(int status) {
    return answer(status, [&] { (void)sgemm(symbols_, gpu_, four, four, {2, 2, 2}, MathMode::standard); });
  }
  Reason of_nvrtc(int status) {
    return answer(status, [&] { (void)Nvrtc(library_).compile("", 90, {}); });
  }

 private:
  template <class Act>
  Reason answer(int status, const Act& act) {
    *static_cast<int*>(library_.find("fake_status")) = status;
    const auto refusal = refused_by(act);
    EXPECT_THAT(refusal.what(), HasSubstr("own words"));
    return refusal.reason();
  }

  SharedLibrary library_ = test::open(FAKE_LIBRARIES);
  Symbols symbols_ = Symbols::in(library_);
  Gpu gpu_{FAKE_CUDA, 0};
};

/// What is unsupported stands in a lock: only what lasts as long as the install may be.
TEST_F(Statuses, OnlyWhatALibraryNeverDoesHereIsUnsupported) {
  for (const int lasting : {3000, 3001, 3002, 3003, 3004, 3007, 3010, 3999}) {
    EXPECT_EQ(of_cudnn(lasting), Reason::unsupported) << lasting;
  }
  for (const int lasting : {8, 15}) EXPECT_EQ(of_cublas(lasting), Reason::unsupported) << lasting;
  EXPECT_EQ(of_nvrtc(5), Reason::unsupported);
}

TEST_F(Statuses, OneThatIsNotWholeHereOrWasMisusedHasFailed) {
  for (const int failed : {1001, 1002, 1008, 2000, 2001, 2012, 3005, 3006, 3008, 3009, 4000, 4001, 5000, 6000}) {
    EXPECT_EQ(of_cudnn(failed), Reason::device) << failed;
  }
  for (const int failed : {1, 7, 11, 13, 14, 16}) EXPECT_EQ(of_cublas(failed), Reason::device) << failed;
  for (const int failed : {2, 3, 4, 7, 11, 16}) EXPECT_EQ(of_nvrtc(failed), Reason::device) << failed;
}

TEST_F(Statuses, MemoryThatRanOutIsOfTheMoment) {
  for (const int status : {4003, 4004}) EXPECT_EQ(of_cudnn(status), Reason::no_memory) << status;
  EXPECT_EQ(of_cublas(3), Reason::no_memory);
  EXPECT_EQ(of_nvrtc(1), Reason::no_memory);
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
