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
    difference(Difference::Kind::knob, "LD_PRELOAD", "liba.so@01", "libb.so@02"),
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

TEST(Substitutes, SetOnlyWhatAnExperimentMaySet) {
  const auto found = [](const std::string& name, const std::string& locked) {
    const std::vector<Difference> one{difference(Difference::Kind::knob, name, locked, "not set")};
    const auto put_back = names(substitutes(one, products, Profile::strict, false));
    EXPECT_EQ(put_back.empty(), !not_substitutable(one, products, Profile::strict, false).empty()) << name;
    return put_back.size() == 1;
  };
  EXPECT_TRUE(found("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2"));
  EXPECT_FALSE(found("GLIBC_TUNABLES", "glibc.malloc.check=3"));
  EXPECT_FALSE(found("LD_AUDIT", "x"));
  EXPECT_FALSE(found("LD_PRELOAD", "libx.so@1f"));
  EXPECT_FALSE(found("MKL_CBWR", "/checkout/data.bin"));
  EXPECT_FALSE(found("MKL_CBWR", "xxh3:00112233445566778899aabbccddeeff"));
  EXPECT_FALSE(found("PYTORCH_TUNABLEOP_ENABLED", "1"));
}

TEST(Substitutes, RemoveOnlyKnobs) {
  const auto removed = [](const std::string& name) {
    return substitutes({difference(Difference::Kind::knob, name, "not set", "x")}, products, Profile::strict, false);
  };
  EXPECT_EQ(removed("LD_PRELOAD").size(), 1U);
  EXPECT_TRUE(removed("PATH").empty());
  EXPECT_TRUE(removed("CUDA_VISIBLE_DEVICES").empty());
}

TEST(Substitutes, SettingsAreThoseThatAnEngineCanHave) {
  const auto found = [](const std::string& name, const std::string& locked) {
    return substitutes({difference(Difference::Kind::setting, name, locked, "x")}, products, Profile::as_is, false);
  };
  EXPECT_EQ(found("threads", "2").size(), 1U);
  EXPECT_EQ(found("tf32-cublas", "true").size(), 1U);
  for (const auto* none : {"not recorded", "unreadable", "0", "2;x", "4096"})
    EXPECT_TRUE(found("threads", none).empty());
  EXPECT_TRUE(found("sdpa_default_f32", "flash").empty());
  EXPECT_TRUE(found("library", "true").empty());
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
