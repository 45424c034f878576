#include "detect/knobs.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "recipe/knobs.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

Listing listing_of(const Tree& tree, std::initializer_list<std::pair<const char*, const char*>> libraries) {
  Listing listing;
  for (const auto& [folder, name] : libraries) listing.libraries.push_back({name, tree / folder / name, ""});
  return listing;
}

std::vector<std::string> knobs_of(const Tree& tree, const Listing* listing) {
  std::vector<std::string> found;
  for (const auto& knob : knobs(tree.machine, listing)) found.push_back(knob.name + "=" + knob.value);
  return found;
}

TEST(Knobs, ThoseSetAsTheyAreSet) {
  const Tree tree("set MKL_CBWR=COMPATIBLE\nset PYTORCH_TUNABLEOP_ENABLED=1\nset HOME=@/home\nset OMP_NUM_THREADS=\n");
  EXPECT_THAT(knobs_of(tree, nullptr), testing::ElementsAre("MKL_CBWR=COMPATIBLE", "PYTORCH_TUNABLEOP_ENABLED=1"));
}

TEST(Knobs, AnEmptyListOfDevicesIsSet) {
  EXPECT_THAT(knobs_of(Tree("set CUDA_VISIBLE_DEVICES=\nset CUDA_DEVICE_ORDER=\n"), nullptr),
              testing::ElementsAre("CUDA_VISIBLE_DEVICES="));
}

TEST(Knobs, ARelativePathIsMeantFromTheCallersFolder) {
  Tree tree("set PYTORCH_TUNABLEOP_FILENAME=results/x.csv\n-- work/results/x.csv --\none\n");
  EXPECT_EQ(knobs_of(tree, nullptr).at(0), "PYTORCH_TUNABLEOP_FILENAME=x.csv@missing");
  tree.machine.directory = tree / "work";
  EXPECT_THAT(knobs_of(tree, nullptr).at(0), testing::MatchesRegex("PYTORCH_TUNABLEOP_FILENAME=x.csv@[0-9a-f]{12}"));
}

TEST(Knobs, WhatMayNotStandInALockIsKeptAsItsHash) {
  for (const std::string& value : std::vector<std::string>{"/x", "./x", "~/x", "$X", "a\nb", "a\x1b", "\xff", "not set",
                                                           std::string(10'000, 'a')}) {
    Tree tree("");
    tree.machine.environment = {{"MKL_CBWR", value}};
    EXPECT_THAT(knobs_of(tree, nullptr), testing::ElementsAre(testing::MatchesRegex("MKL_CBWR=xxh3:[0-9a-f]{32}")));
  }
}

/// A name or value of any bytes but NUL, which no variable holds.
rc::Gen<std::string> any_bytes() {
  const auto piece = rc::gen::element<std::string>("a", "B", "7", "/", ".", "~", "$", "@", " ", ":", "\n", "\x1b",
                                                   "\xff", "ü", "=", ";", "`", "libx.so", "0x", std::string(600, 'y'));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string text;
    for (const auto& each : pieces) text += each;
    return text;
  });
}

RC_GTEST_PROP(Knobs, WhateverTheEnvironmentHoldsALockMayHoldIt, ()) {
  Tree tree("-- lib/libx.so --\none\n");
  tree.machine.directory = tree / "lib";
  for (const auto& knob : recipe::knobs()) {
    std::string name(knob.name);
    if (name.ends_with('*')) name.back() = 'X';
    tree.machine.environment[name] = *any_bytes();
  }
  Listing listing;
  listing.libraries = {{*any_bytes(), tree / "lib/libx.so", ""}, {*any_bytes(), tree / "lib/none.so", "8fa833c4b713"}};
  for (const auto& library : listing.libraries) listing.through_library_path.push_back(library.name);
  for (const auto& knob : knobs(tree.machine, *rc::gen::arbitrary<bool>() ? &listing : nullptr)) {
    if (recipe::chooses_device(knob.name)) continue;
    RC_ASSERT(recipe::may_be_recorded(knob.name, knob.value));
  }
}

TEST(Knobs, APathIsKeptAsNameAndContent) {
  const std::string text = "set CUBLASLT_HEURISTICS_LUT_FILE=@/a/lut.bin\n-- a/lut.bin --\n";
  const auto one = knobs_of(Tree(text + "one\n"), nullptr).at(0);
  EXPECT_THAT(one, testing::MatchesRegex("CUBLASLT_HEURISTICS_LUT_FILE=lut.bin@[0-9a-f]{12}"));
  EXPECT_EQ(one, knobs_of(Tree(text + "one\n"), nullptr).at(0));  // another folder, the same file
  EXPECT_NE(one, knobs_of(Tree(text + "two\n"), nullptr).at(0));
  EXPECT_EQ(knobs_of(Tree("set CUBLASLT_HEURISTICS_LUT_FILE=/gone/lut.bin\n"), nullptr).at(0),
            "CUBLASLT_HEURISTICS_LUT_FILE=lut.bin@missing");
}

TEST(Knobs, OfTheLibraryPathOnlyWhatLoadsThroughIt) {
  const Tree tree("set LD_LIBRARY_PATH=@/stray:@/nothing\n");
  Listing through = listing_of(tree, {{"stray", "libcudnn_ops.so.9"}, {"wheel", "libcudnn.so.9"}});
  through.libraries[0].build_id = "8fa833c4b71313b535bb3838730a83f8445c0275";
  EXPECT_THAT(knobs_of(tree, &through), IsEmpty());
  through.through_library_path = {"libcudnn_ops.so.9"};
  EXPECT_THAT(knobs_of(tree, &through), testing::ElementsAre("LD_LIBRARY_PATH=libcudnn_ops.so.9@8fa833c4b713"));
}

}  // namespace
}  // namespace envguard::detect
