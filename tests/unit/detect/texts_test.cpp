#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/distributions.hpp"
#include "detect/linker.hpp"
#include "detect/torch.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Assigned, ReadsAModuleAsTextAndOnlyItsTopLevel) {
  const std::string_view text =
      "from typing import Optional\n\n__all__ = ['__version__', 'cuda']\n__version__ = '2.11.0+cu130'\n"
      "debug = False  # a comment\ncuda: Optional[str] = \"13.0\"\nhip: Optional[str] = None\n  git_version = "
      "'inside'\n"
      "cuda_other = 'no'\nopen = 'never closed\n";
  EXPECT_EQ(assigned(text, "__version__"), "2.11.0+cu130");
  EXPECT_EQ(assigned(text, "debug"), "False");
  EXPECT_EQ(assigned(text, "cuda"), "13.0");
  EXPECT_EQ(assigned(text, "hip"), "None");
  EXPECT_FALSE(assigned(text, "git_version"));
  EXPECT_FALSE(assigned(text, "open"));
  EXPECT_FALSE(assigned("", "x"));
}

TEST(Listing, EveryFormOfLineIsRead) {
  const auto found = parse_listing(
      "\tlinux-vdso.so.1 (0x00007f1041dbd000)\n"
      "\tnvidia/cudnn/lib/libcudnn.so.9 (0x00007fe5cca00000)\n"
      "\tlibtorch_cpu.so => /a b/lib/libtorch_cpu.so (0x00007f102c600000)\n"
      "\tlibcufile.so.0 => not found\n"
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f1041dbf000)\n"
      "\tstatically linked\n");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].name + " " + found[0].path.string(), "libcudnn.so.9 nvidia/cudnn/lib/libcudnn.so.9");
  EXPECT_EQ(found[1].path, "/a b/lib/libtorch_cpu.so");
  EXPECT_EQ(found[2].name + found[2].path.string(), "libcufile.so.0");
  EXPECT_EQ(found[3].name, "ld-linux-x86-64.so.2");
}

TEST(LibraryPath, RelativeAndEmptyEntriesMeanTheCallersFolder) {
  model::Machine machine;
  machine.directory = "/here";
  machine.environment = {{"LD_LIBRARY_PATH", "/a::b/c;/d"}, {"LD_PRELOAD", "libx.so ./liby.so:/z/libz.so "}};
  EXPECT_THAT(library_path(machine), ElementsAre("/a", "/here/", "/here/b/c", "/d"));
  EXPECT_THAT(preloaded(machine), ElementsAre("libx.so", "/here/./liby.so", "/z/libz.so"));
  machine.environment.clear();
  EXPECT_THAT(library_path(machine), IsEmpty());
  EXPECT_THAT(preloaded(machine), IsEmpty());
}

TEST(Distributions, NamesAreComparedAsPipComparesThem) {
  EXPECT_EQ(normalised("NVIDIA_cudnn.cu13"), "nvidia-cudnn-cu13");
  EXPECT_EQ(normalised("flash--_attn"), "flash-attn");
}

TEST(Distributions, TheVersionIsTheHeadersOwn) {
  const Tree tree(
      "-- sp/Flash_Attn-2.8.3.dist-info/METADATA --\nMetadata-Version: 2.4\nName: flash-attn\nVersion: 2.8.3+cu13\n\n"
      "Version: 9 of the description\n-- sp/torch/version.py --\n-- sp/numpy-2.0.dist-info/ --\n"
      "-- sp/other-1.dist-info/METADATA --\nName: other\n\nVersion: not a header\n");
  Search search;
  const auto installed = distributions(search, tree / "sp");
  ASSERT_EQ(installed.size(), 3U);
  EXPECT_EQ(installed[0].name, "flash-attn");
  EXPECT_EQ(metadata_version(search, installed[0]), "2.8.3+cu13");
  EXPECT_FALSE(metadata_version(search, installed[1]));
  EXPECT_FALSE(metadata_version(search, installed[2]));
}

TEST(Distributions, OnlyWhatMovesNumericsOrIsAskedForIsNamed) {
  const auto metadata = [](const std::string& name, const std::string& version) {
    return "-- sp/" + name + "-" + version + ".dist-info/METADATA --\nVersion: " + version + "\n";
  };
  const Tree tree(metadata("numpy", "2.4.6") + metadata("requests", "2.0") + metadata("My.Own", "0.1"));
  Search search;
  const auto facts = extensions(search, distributions(search, tree / "sp"), {"my_own"});
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& component : facts.components) found.emplace_back(component.name, component.version);
  EXPECT_THAT(found, ElementsAre(Pair("my-own", "0.1"), Pair("numpy", "2.4.6")));
  ASSERT_EQ(facts.absent.size(), 1U);
  EXPECT_EQ(facts.absent[0].name, "triton");
}

TEST(Record, HoldsTheSizesOfSharedLibrariesOnly) {
  const Tree tree(
      "-- sp/x-1.dist-info/RECORD --\nnvidia/lib/liba.so.9,sha256=abc,129240\nx/y.py,sha256=abc,12\n"
      "x/_c.cpython-311.so,sha256=abc,7\nx/none.so,,\nx/notes.so.txt.md,sha256=abc,5\nx/bad.so,sha256=abc,12x\n");
  Search search;
  const auto sizes = recorded_libraries(search, distributions(search, tree / "sp").at(0));
  EXPECT_THAT(sizes, ElementsAre(Pair("nvidia/lib/liba.so.9", 129240U), Pair("x/_c.cpython-311.so", 7U),
                                 Pair("x/notes.so.txt.md", 5U)));
}

}  // namespace
}  // namespace envguard::detect
