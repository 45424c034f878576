#include "compare/signatures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/differences.hpp"
#include "compare/substitutes.hpp"

namespace envguard::compare {
namespace {

using model::Difference;
using model::Profile;
using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> convolutions{"dnn.conv1d", "dnn.conv2d_3x3.forward"};
const std::vector<std::string> products{"blas.gemm_f32_256x256x256", "linalg.cholesky"};

TEST(Likelihood, IsHowWellTheFamiliesFit) {
  EXPECT_GT(likelihood("ONEDNN_MAX_CPU_ISA", convolutions), likelihood("MKL_CBWR", convolutions));
  EXPECT_GT(likelihood("MKL_CBWR", products), likelihood("ONEDNN_MAX_CPU_ISA", products));
  EXPECT_EQ(likelihood("DNNL_MAX_CPU_ISA", convolutions), likelihood("ONEDNN_MAX_CPU_ISA", convolutions));
  EXPECT_EQ(likelihood("numpy", convolutions), 0) << "nobody has seen it move anything";
  for (const auto* name : {"torch", "ATEN_CPU_CAPABILITY", "GLIBC_TUNABLES", "MKL_NUM_THREADS"}) {
    EXPECT_GE(likelihood(name, convolutions), 0);
    EXPECT_LE(likelihood(name, convolutions), 1);
  }
}

TEST(Likelihood, DoesNotCountTrainingsWhichEverythingMoves) {
  auto with_training = convolutions;
  with_training.emplace_back("train.cnn_sgd.w32");
  EXPECT_EQ(likelihood("ONEDNN_MAX_CPU_ISA", with_training), likelihood("ONEDNN_MAX_CPU_ISA", convolutions));
  EXPECT_EQ(likelihood("ONEDNN_MAX_CPU_ISA", {"train.cnn_sgd.w32"}), 0);
  EXPECT_EQ(likelihood("ONEDNN_MAX_CPU_ISA", {}), 0);
}

Difference difference(Difference::Kind kind, const std::string& name, const std::string& locked = "not set",
                      const std::string& here = "1", Difference::Weight weight = Difference::Weight::note) {
  return {kind, name, locked, here, weight, {}};
}

std::vector<std::string> names(const std::vector<Substitute>& all) {
  std::vector<std::string> names;
  for (const auto& each : all) names.push_back(each.name);
  return names;
}

const std::vector<Difference> everything{
    difference(Difference::Kind::knob, "MKL_CBWR"),
    difference(Difference::Kind::knob, "ONEDNN_MAX_CPU_ISA", "AVX2", "not set"),
    difference(Difference::Kind::knob, "MKL_NUM_THREADS", "not set", "2", Difference::Weight::overridden),
    difference(Difference::Kind::knob, "LD_PRELOAD", "liba.so 01", "libb.so 02"),
    difference(Difference::Kind::version, "numpy", "1", "2"),
    difference(Difference::Kind::version, "torch", "1", "2"),
    difference(Difference::Kind::version, "glibc", "1", "2"),
    difference(Difference::Kind::version, "python", "3.12", "3.12", Difference::Weight::blocks),
    difference(Difference::Kind::build, "blas", "mkl", "openblas"),
    difference(Difference::Kind::cache, "l2", "1 MiB", "2 MiB")};

TEST(Substitutes, AreKnobsLikeliestFirst) {
  EXPECT_THAT(names(substitutes(everything, convolutions, Profile::strict, false)),
              ElementsAre("ONEDNN_MAX_CPU_ISA", "MKL_CBWR"));
  EXPECT_THAT(names(substitutes(everything, products, Profile::strict, false)),
              ElementsAre("MKL_CBWR", "ONEDNN_MAX_CPU_ISA"));
}

TEST(Substitutes, PutTheLocksValueBack) {
  const auto all = substitutes(everything, convolutions, Profile::strict, true);
  ASSERT_EQ(all.size(), 3U);
  for (const auto& each : all) {
    if (each.name == other_install_name) {
      EXPECT_EQ(each.put_back, (Step{.variables = {}, .other_install = true}));
    } else if (each.name == "MKL_CBWR") {
      EXPECT_EQ(each.put_back, (Step{{{"MKL_CBWR", std::nullopt}}}));
    } else {
      EXPECT_EQ(each.put_back, (Step{{{"ONEDNN_MAX_CPU_ISA", "AVX2"}}}));
    }
  }
}

TEST(NotSubstitutable, IsWhatElseMayHaveMovedBits) {
  EXPECT_THAT(not_substitutable(everything, convolutions, Profile::strict, false),
              ElementsAre("torch", "LD_PRELOAD", "numpy", "glibc", "blas"));
  EXPECT_THAT(not_substitutable(everything, convolutions, Profile::strict, true), ElementsAre("LD_PRELOAD", "glibc"))
      << "another install brings its own versions and build";
  EXPECT_THAT(not_substitutable({}, convolutions, Profile::strict, false), IsEmpty());
}

}  // namespace
}  // namespace envguard::compare
