#include "detect/cuda.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/cuda_library.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What would load, without an answer of the linker's.
struct Loads {
  explicit Loads(const std::string& files) : tree(files) {}

  Loads& add(const std::string& name, const std::string& path) {
    listing.libraries.push_back({name, tree / path, ""});
    return *this;
  }
  std::vector<model::CudaLibrary> libraries() {
    installed = distributions(search, tree / "sp");
    recorded = recorded_libraries(search, installed);
    return cuda_libraries(search, recorded, listing);
  }
  Facts facts() { return cuda(search, installed, libraries(), &listing); }

  Tree tree;
  Search search;
  Listing listing{"libtorch.so", {}, {}, {}, {}};
  std::vector<Distribution> installed;
  std::vector<RecordedLibrary> recorded;
};

/// What `cuda` says of one library of a listing.
std::string cuda_says(const std::string& files, const std::string& component, const std::string& name,
                      const std::string& path) {
  Loads loads(files);
  const auto facts = loads.add(name, path).facts();
  for (const auto& found : facts.components)
    if (found.name == component) return found.version + ", " + loads.tree.plain(found.origin);
  return "none";
}

std::vector<std::string> names(const std::vector<model::Absence>& absent) {
  std::vector<std::string> all;
  for (const auto& absence : absent) all.push_back(absence.name);
  return all;
}

const std::string two_wheels =
    "-- sp/nvidia_cudnn_cu12-9.10.2.dist-info/METADATA --\nVersion: 9.10.2\n"
    "-- sp/nvidia_cudnn_cu12-9.10.2.dist-info/RECORD --\nnvidia/cudnn/lib/libcudnn.so.9,sha256=a,6\n"
    "-- sp/nvidia_cudnn_cu13-9.19.0.dist-info/METADATA --\nVersion: 9.19.0\n"
    "-- sp/nvidia_cudnn_cu13-9.19.0.dist-info/RECORD --\nnvidia/cudnn/lib/libcudnn.so.9,sha256=a,4\n";

TEST(Cuda, OfTwoWheelsThatListAFileTheOneWhoseSizeItHasIsNamed) {
  const std::string place = "sp/nvidia/cudnn/lib/libcudnn.so.9";
  const std::string file = two_wheels + "-- " + place + " --\n";
  EXPECT_EQ(cuda_says(file + "abc\n", "cudnn", "libcudnn.so.9", place), "9.19.0, METADATA of nvidia-cudnn-cu13");
  EXPECT_EQ(cuda_says(file + "abcde\n", "cudnn", "libcudnn.so.9", place), "9.10.2, METADATA of nvidia-cudnn-cu12");
  EXPECT_EQ(cuda_says(file + "abcdefgh\n", "cudnn", "libcudnn.so.9", place), "none");
}

TEST(Cuda, AFileElsewhereIsNamedByItselfAndNeverByTheWheel) {
  const std::string files = two_wheels +
                            "-- lib/libcudnn.so.9.7.1 --\nx\n-- lib/libcudnn.so.9 --\nx\n"
                            "-- lib/libcudart-9335f6a2.so.12.4.127 --\n";
  EXPECT_EQ(cuda_says(files, "cudnn", "libcudnn.so.9", "lib/libcudnn.so.9.7.1"),
            "9.7.1, name of @/lib/libcudnn.so.9.7.1");
  EXPECT_EQ(cuda_says(files, "cudnn", "libcudnn.so.9", "lib/libcudnn.so.9"), "none");
  EXPECT_EQ(cuda_says(files, "cudnn", "libcudnn_ops.so.9", "lib/libcudnn.so.9.7.1"), "none");
  EXPECT_EQ(cuda_says(files, "cuda", "libcudart-9335f6a2.so.12", "lib/libcudart-9335f6a2.so.12.4.127"),
            "12.4.127, name of @/lib/libcudart-9335f6a2.so.12.4.127");
}

TEST(Cuda, WithoutTheLinkersAnswerTheMetadataSaysThatItIsOnlyInstalled) {
  const Tree tree(
      "-- sp/nvidia_nccl_cu13-2.28.9.dist-info/METADATA --\nVersion: 2.28.9\n"
      "-- sp/nvidia_cusparse-12.6.3.3.dist-info/METADATA --\nVersion: 12.6.3.3\n"
      "-- sp/nvidia_cusparselt_cu13-0.8.0.dist-info/METADATA --\nVersion: 0.8.0\n" +
      two_wheels);
  Search search;
  const auto facts = cuda(search, distributions(search, tree / "sp"), {}, nullptr);
  std::vector<std::string> found;
  for (const auto& component : facts.components)
    found.push_back(component.name + " " + component.version + ", " + component.origin);
  EXPECT_THAT(found, ElementsAre("nccl 2.28.9, METADATA of nvidia-nccl-cu13, as installed",
                                 "cusparse 12.6.3.3, METADATA of nvidia-cusparse, as installed",
                                 "cusparselt 0.8.0, METADATA of nvidia-cusparselt-cu13, as installed"));
  EXPECT_THAT(names(facts.absent), ElementsAre("cuda", "cudnn", "cublas", "nvrtc"));  // of two cuDNN none can be named
}

TEST(Cuda, WhatNotEveryPyTorchLoadsIsNoAbsence) {
  Loads loads("-- lib/libcufft.so.11.3.0.4 --\n-- lib/libcusolver.so.12 --\n");
  const auto facts =
      loads.add("libcufft.so.11", "lib/libcufft.so.11.3.0.4").add("libcusolver.so.12", "lib/libcusolver.so.12").facts();
  ASSERT_EQ(facts.components.size(), 1U);
  EXPECT_EQ(facts.components[0].name, "cufft");
  EXPECT_EQ(facts.components[0].version, "11.3.0.4");
  // A library that loads and does not tell its version is said.
  EXPECT_THAT(names(facts.absent), ElementsAre("cuda", "cudnn", "nccl", "cublas", "nvrtc", "cusolver"));
}

TEST(Cuda, BuiltWithoutItNothingElseIsLookedFor) {
  Search search;
  const auto facts = cuda(search, {}, {}, nullptr, false);
  EXPECT_THAT(facts.components, IsEmpty());
  EXPECT_THAT(names(facts.absent), ElementsAre("cuda", "cudnn", "nccl", "cublas", "nvrtc"));
}

TEST(CudaLibraries, EachIsNamedWithPathAndVersion) {
  Loads loads(
      "-- lib/libcublasLt.so.13.1.0.3 --\n-- lib/libcudnn_graph.so.9.19.0 --\n-- lib/libnvrtc-builtins.so.13.0.88 --\n"
      "-- lib/libc10.so --\n-- lib/libcudnn.so.9 --\n");
  loads.add("libc10.so", "lib/libc10.so")
      .add("libcublasLt.so.13", "lib/libcublasLt.so.13.1.0.3")
      .add("libcudnn.so.9", "lib/libcudnn.so.9")
      .add("libnvrtc-builtins.so.13.0", "lib/libnvrtc-builtins.so.13.0.88")
      .add("libcudnn_graph.so.9", "lib/libcudnn_graph.so.9.19.0");
  std::vector<std::string> found;
  for (const auto& library : loads.libraries())
    found.push_back(library.component + " " + library.version + " " + loads.tree.plain(library.path.string()));
  EXPECT_THAT(found, ElementsAre("cublaslt 13.1.0.3 @/lib/libcublasLt.so.13.1.0.3",
                                 "cudnn 9.19.0 @/lib/libcudnn.so.9",  // as its graph library answers for it
                                 "nvrtc-builtins 13.0.88 @/lib/libnvrtc-builtins.so.13.0.88",
                                 "cudnn_graph 9.19.0 @/lib/libcudnn_graph.so.9.19.0"));
}

TEST(CudaLibraries, NamesAreTakenWhole) {
  const auto component = [](std::string_view name) {
    const auto* known = known_library(name);
    return known == nullptr ? "none" : std::string(known->component);
  };
  EXPECT_EQ(component("libcudart.so.13"), "cudart");
  EXPECT_EQ(component("libcusparseLt-2f7c8d1e.so.0"), "cusparselt");
  EXPECT_EQ(component("libnvrtc-builtins-2dc4bf68.so.12.6"), "nvrtc-builtins");
  EXPECT_EQ(component("libnvshmem_host.so.3"), "nvshmem");
  EXPECT_EQ(component("libnvrtc.alt.so.13"), "none");
  EXPECT_EQ(component("libcusolverMg.so.12"), "none");
  EXPECT_EQ(component("libcudart"), "none");
  EXPECT_EQ(component("libcuda.so.1"), "none");
  EXPECT_EQ(known_library("libcudnn_engines_precompiled.so.9"), &cudnn_part());
  EXPECT_EQ(library_stem("libcudnn_graph-9335f6a2.so.9"), "libcudnn_graph");
}

}  // namespace
}  // namespace envguard::detect
