#include "detect/contradictions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/install.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

using model::Finding;
using testing::HasSubstr;
using testing::IsEmpty;

Listing listing(const Tree& tree, std::initializer_list<std::pair<const char*, const char*>> libraries) {
  Listing listing;
  for (const auto& [folder, name] : libraries) listing.libraries.push_back({name, tree / folder / name, ""});
  return listing;
}

TEST(StrayCudnn, PartsFromAnotherFolderThanTheFrontLibrarys) {
  const Tree tree("");
  const auto found = stray_cudnn(listing(tree, {{"wheel", "libcudnn.so.9"},
                                                {"wheel", "libcudnn_adv.so.9"},
                                                {"stray", "libcudnn_graph.so.9"},
                                                {"stray", "libcudnn_ops.so.9"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "stray-cudnn");
  EXPECT_EQ(found[0].severity, Finding::Severity::error);
  EXPECT_THAT(found[0].what, HasSubstr("libcudnn_graph.so.9, libcudnn_ops.so.9."));
  EXPECT_EQ(tree.plain(found[0].where), "@/stray");
  EXPECT_THAT(stray_cudnn(listing(tree, {{"wheel", "libcudnn.so.9"}, {"wheel", "libcudnn_adv.so.9"}})), IsEmpty());
  EXPECT_THAT(stray_cudnn(listing(tree, {{"stray", "libcublas.so.13"}})), IsEmpty());
}

TEST(SecondCuda, OnlyWhereTheInstallHasItsOwn) {
  const Tree tree(torch_in("sp", "2.11.0") +
                  "-- sp/nvidia/cu13/lib/libcublas.so.13 --\n-- cuda/libcublas.so.13 --\n"
                  "-- cuda/libcufft.so.12 --\n");
  const auto install = install_at(tree.machine, tree / "sp", "").install.value();
  const auto found = second_cuda(install, listing(tree, {{"cuda", "libcublas.so.13"}, {"cuda", "libcufft.so.12"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "second-cuda");
  EXPECT_THAT(found[0].what, HasSubstr("1 CUDA library would load"));
  EXPECT_THAT(second_cuda(install, listing(tree, {{"sp/nvidia/cu13/lib", "libcublas.so.13"}})), IsEmpty());
}

TEST(SecondCuda, OfTwoCopiesOfTheInstallsOwnEitherIsRight) {
  const Tree tree(torch_in("lib/python3.11/site-packages", "2.11.0") +
                  "-- conda-meta/pytorch.json --\n{}\n-- lib/libcublas.so.13 --\n"
                  "-- lib/python3.11/site-packages/nvidia/cublas/lib/libcublas.so.13 --\nanother\n");
  const auto install = install_at(tree.machine, tree / "lib/python3.11/site-packages", "").install.value();
  EXPECT_THAT(
      second_cuda(install, listing(tree, {{"lib/python3.11/site-packages/nvidia/cublas/lib", "libcublas.so.13"}})),
      IsEmpty());
  EXPECT_THAT(second_cuda(install, listing(tree, {{"lib", "libcublas.so.13"}})), IsEmpty());
}

TEST(Record, AFileThatIsNotTheWheelsIsSaidWithTheCommandThatMendsIt) {
  const Tree tree("-- sp/liba.so --\n12345\n-- sp/libb.so --\n12345\n");
  const Distribution wheel{"nvidia-cudnn-cu13", "9.19.0.56", tree / "sp"};
  EXPECT_THAT(not_as_recorded({{&wheel, tree / "sp/liba.so", 6}, {&wheel, tree / "sp/libb.so", 6}}), IsEmpty());
  const auto found = not_as_recorded(
      {{&wheel, tree / "sp/liba.so", 7}, {&wheel, tree / "sp/libb.so", 6}, {&wheel, tree / "sp/gone.so", 6}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "library-not-as-recorded");
  EXPECT_THAT(found[0].what, HasSubstr("gone.so, liba.so."));
  EXPECT_EQ(found[0].mend, "pip install --force-reinstall --no-deps nvidia-cudnn-cu13==9.19.0.56");
}

TEST(Record, TwoWheelsOfOneFileOverwriteEachOther) {
  const Tree tree("-- sp/liba.so --\n12345\n");
  const Distribution one{"nvidia-cudnn-cu12", "9.10", tree / "sp"};
  const Distribution two{"nvidia-cudnn-cu13", "9.19", tree / "sp"};
  const auto found = not_as_recorded({{&one, tree / "sp/liba.so", 7}, {&two, tree / "sp/liba.so", 6}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "wheels-overwrite-each-other");
}

TEST(Unusable, ATorchWithoutLibrariesIsAnError) {
  const Tree tree(torch_in("sp", "2.11.0"));
  const auto install = install_at(tree.machine, tree / "sp", "").install.value();
  EXPECT_THAT(unusable(install, {}), IsEmpty());
  Listing without;
  without.missing = {"libcudnn.so.9"};
  EXPECT_EQ(unusable(install, without).at(0).severity, Finding::Severity::note);
  without.missing = {"libcudart.so.13", "libcudnn.so.9"};
  EXPECT_EQ(unusable(install, without).at(0).rule, "torch-libraries");
  without.failure = "libtorch_cpu.so needs libcudart.so.13, which is nowhere";
  EXPECT_EQ(unusable(install, without).at(0).id, "torch-does-not-open");
  std::filesystem::remove(tree / "sp/torch/lib/libtorch.so");
  EXPECT_EQ(unusable(install, without).at(0).id, "torch-without-libraries");
}

TEST(Unusable, TheWheelsThatBringWhatIsMissingAreNamed) {
  const Tree tree(torch_in("sp", "2.11.0"));
  auto install = install_at(tree.machine, tree / "sp", "").install.value();
  Listing without;
  const auto mended = [&](std::vector<std::string> missing) {
    without.missing = std::move(missing);
    return unusable(install, without).at(0).mend;
  };
  EXPECT_EQ(mended({"libcudart.so.12"}), "pip install nvidia-cuda-runtime-cu12");
  EXPECT_EQ(mended({"libcudart.so.13", "libcudnn.so.9"}), "pip install 'nvidia-cuda-runtime==13.*' nvidia-cudnn-cu13");
  EXPECT_EQ(mended({"libcudnn.so.9"}), "# install the nvidia wheels that torch depends on (pip check names them)");
  without.libraries = {{"libcudart.so.12", "/x/libcudart.so.12", ""}};
  EXPECT_EQ(mended({"libcudnn.so.9"}), "pip install nvidia-cudnn-cu12");
  EXPECT_THAT(mended({"libcudnn.so.9", "libfoo.so"}), testing::StartsWith("#"));
  EXPECT_THAT(unusable(install, without).at(0).what, HasSubstr("in Python, `import torch` raises ImportError"));
  install.kind = model::Install::Kind::libtorch;
  EXPECT_THAT(mended({"libcudart.so.13"}), HasSubstr("LD_LIBRARY_PATH"));
  EXPECT_THAT(unusable(install, without).at(0).what, testing::Not(HasSubstr("Python")));
}

TEST(Contradictions, EachCitesItsRule) {
  const Tree tree(torch_in("sp", "2.11.0") + "-- sp/nvidia/cu13/lib/libcublas.so.13 --\n-- cuda/libcublas.so.13 --\n");
  const auto install = install_at(tree.machine, tree / "sp", "").install.value();
  const Distribution wheel{"nvidia-cudnn-cu13", "9.19.0.56", tree / "sp"};
  for (const auto& [found, rule] : std::vector<std::pair<std::vector<Finding>, std::string>>{
           {stray_cudnn(listing(tree, {{"wheel", "libcudnn.so.9"}, {"stray", "libcudnn_ops.so.9"}})),
            "cudnn-late-libraries"},
           {second_cuda(install, listing(tree, {{"cuda", "libcublas.so.13"}})), "one-cuda"},
           {not_as_recorded({{&wheel, tree / "sp/gone.so", 6}}), "wheel-record"}}) {
    ASSERT_EQ(found.size(), 1U) << rule;
    EXPECT_EQ(found[0].rule, rule);
    EXPECT_FALSE(found[0].source.empty());
  }
}

}  // namespace
}  // namespace envguard::detect
