#include "compare/layer_of_blame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipe/table.hpp"

namespace envguard::compare {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

using Ids = std::vector<std::string>;

/// The whole ladder of a GPU, machine code of nvcc's included whether or not this build has it.
Ids whole_ladder() {
  Ids ids;
  for (const auto& definition : recipe::definitions()) {
    if (definition.strict) ids.push_back(definition.id);
  }
  return ids;
}

LayerOfBlame blame(const Ids& moved) {
  return layer_of_blame(moved, whole_ladder()).value_or(LayerOfBlame{});
}

TEST(LayerOfBlame, MachineCodeThatComputesOtherwiseIsTheGpu) {
  const auto found = blame({"arith.sass_mma_bf16", "arith.gpu_mma_bf16", "blas.cublas_gemm_ex_bf16_257x1031x129",
                            "blas.gemm_bf16_257x1031x129", "train.cnn_sgd.w1"});
  EXPECT_EQ(found.blame, Blame::gpu);
  EXPECT_THAT(found.sentence, StartsWith("the GPU computes differently"));
  EXPECT_THAT(found.probes, ElementsAre("arith.sass_mma_bf16"));
}

TEST(LayerOfBlame, OnlyWhatWasCompiledHereIsTheCompiler) {
  const auto found = blame({"arith.gpu_exp_f32", "ops.lgamma_f32"});
  EXPECT_EQ(found.blame, Blame::compiler);
  EXPECT_THAT(found.sentence, StartsWith("NVRTC compiles differently"));
  EXPECT_THAT(found.probes, ElementsAre("arith.gpu_exp_f32"));
}

TEST(LayerOfBlame, TheLibraryAskedDirectlyIsTheLibrary) {
  const auto found = blame({"blas.cublas_sgemm_257x1031x129", "blas.gemm_f32_257x1031x129", "train.cnn_sgd.w1"});
  EXPECT_EQ(found.blame, Blame::library);
  EXPECT_THAT(found.sentence, StartsWith("cuBLAS moved: asked without PyTorch, on the same inputs, it gives"));
  EXPECT_THAT(found.probes, ElementsAre("blas.cublas_sgemm_257x1031x129"));
  EXPECT_EQ(blame({"blas.cublas_sgemm_257x1031x129"}).blame, Blame::library) << "whatever PyTorch's own probe does";
}

TEST(LayerOfBlame, BothLibrariesAreNamed) {
  const auto found = blame({"dnn.cudnn_conv2d_3x3", "blas.cublaslt_linear_bf16_257x1031x129"});
  EXPECT_EQ(found.blame, Blame::library);
  EXPECT_THAT(found.sentence,
              StartsWith("cuBLAS and cuDNN moved: asked without PyTorch, on the same inputs, they give"));
  EXPECT_THAT(found.probes, ElementsAre("blas.cublaslt_linear_bf16_257x1031x129", "dnn.cudnn_conv2d_3x3"));
}

TEST(LayerOfBlame, OnlyPyTorchsProbeIsHowPyTorchCalls) {
  const auto found = blame({"dnn.conv2d_3x3.forward", "dnn.conv2d_3x3.gradients", "train.cnn_sgd.w1"});
  EXPECT_EQ(found.blame, Blame::pytorch);
  EXPECT_THAT(found.sentence, StartsWith("PyTorch calls cuDNN differently"));
  EXPECT_THAT(found.probes, ElementsAre("dnn.conv2d_3x3.forward"));
  EXPECT_THAT(blame({"blas.gemm_f32_257x1031x129"}).probes, ElementsAre("blas.gemm_f32_257x1031x129"))
      << "once, although two direct calls stand beneath it";
}

TEST(LayerOfBlame, NothingIsSaidWithoutAPair) {
  EXPECT_FALSE(layer_of_blame({}, whole_ladder()));
  EXPECT_FALSE(layer_of_blame({"ops.exp_f32", "train.cnn_sgd.w1"}, whole_ladder()));
  EXPECT_FALSE(layer_of_blame({"blas.gemm_f32_257x1031x129"}, recipe::probes(model::DeviceKind::cpu)))
      << "a CPU has no library to ask directly";
  EXPECT_FALSE(layer_of_blame({"arith.gpu_exp_f32"}, {"arith.gpu_exp_f32"})) << "no machine code to compare with";
}

}  // namespace
}  // namespace envguard::compare
