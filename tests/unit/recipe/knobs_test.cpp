#include "recipe/knobs.hpp"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::recipe {
namespace {

/// A family of knobs, a file of it, or a single knob: with a name that a variable can have.
std::string example_of(const Knob& knob) {
  std::string name(knob.name);
  if (name.ends_with('*')) name.back() = 'X';
  return name;
}

struct Accepted {
  KnobForm form;
  std::vector<std::string> set;      ///< what an experiment may set, and a lock may hold
  std::vector<std::string> refused;  ///< what it may not set
};

const std::vector<Accepted>& accepted() {
  static const std::vector<Accepted> all{
      {.form = KnobForm::numeral,
       .set = {"0", "1", "-1", "4096", "0.5", "0x1f"},
       .refused = {"", "-", "1.", ".5", "0x", "0xg", "1 ", "1;id", "on", "1e5", "123456789012345678901"}},
      {.form = KnobForm::threads,
       .set = {"1", "8", "8,4", "1024"},
       .refused = {"", "0", "-1", "1025", "99999999", "1,", ",1", "8;4", "0x8", "a"}},
      {.form = KnobForm::words,
       .set = {"AVX2", "AVX2,STRICT", "avx512_core_bf16", "FALSE", "1"},
       .refused = {"", ",", "AVX2,", "AVX 2", "a.so", "a;b", "$(id)", "`id`", "a\nb", "-x", "a=b",
                   "A123456789012345678901234567890123"}},
      {.form = KnobForm::workspaces,
       .set = {":4096:8", ":16:8", ":4096:2:16:8"},
       .refused = {"", ":", ":4096", "4096:8", ":4096:", ":4096:8:", ":a:8", ":-1:8", ":4096:8 "}},
      {.form = KnobForm::allocator,
       .set = {"expandable_segments:True", "max_split_size_mb:128,garbage_collection_threshold:0.8",
               "backend:cudaMallocAsync", "roundup_power2_divisions:[256:1,512:2,>:8],backend:native",
               "roundup_power2_divisions:8"},
       .refused = {"", "a", "a:", ":a", "a:b,", "a:b,c", "a:[1", "a:[]", "a:[x:1]", "a:[1]b", "a:b;c", "a:b=c", "a: b",
                   "a:libx.so"}},
      {.form = KnobForm::cpu_tunables,
       .set = {"glibc.cpu.hwcaps=-AVX2", "glibc.cpu.hwcaps=-FMA,-AVX2_Usable,Prefer_No_VZEROUPPER",
               "glibc.cpu.name=generic:glibc.cpu.hwcaps=-AVX512F"},
       .refused = {"", "glibc.cpu.hwcaps", "glibc.cpu.hwcaps=", "glibc.malloc.check=3", "glibc.cpu.x86_shstk=off",
                   "glibc.cpu.hwcaps=glibc.cpu.hwcaps=A", "glibc.cpu.hwcaps=-AVX2:", "glibc.cpu.name=",
                   "glibc.cpu.hwcaps=--AVX2", "glibc.rtld.nns=3", "glibc.cpu.hwcaps=A" + std::string(400, ',') + "A"}},
      {.form = KnobForm::off, .set = {"0"}, .refused = {"", "1", "00", "0 "}},
      {.form = KnobForm::never, .set = {}, .refused = {"", "0", "1", "TBB"}},
      {.form = KnobForm::files, .set = {}, .refused = {"", "0", "libx.so", "libx.so@8fa833c4b713", "libx.so@missing"}},
      {.form = KnobForm::device, .set = {}, .refused = {"", "0", "PCI_BUS_ID"}}};
  return all;
}

const std::vector<std::string>& hostile() {
  static const std::vector<std::string> all{"/abs/checkout/data.bin",
                                            "./data.bin",
                                            "results/x.csv",
                                            "..",
                                            "~/x",
                                            "$HOME",
                                            "${IFS}",
                                            "$(touch x)",
                                            "`touch x`",
                                            "a;touch x",
                                            "a b",
                                            "a\nb",
                                            "a\tb",
                                            "a\x1b[31mb",
                                            "a\x7f",
                                            "\xE2\x80\xAE",
                                            "\xff",
                                            std::string("a\0b", 3),
                                            "a|b",
                                            "a&b",
                                            "a>b",
                                            "a'b",
                                            "a\"b",
                                            "!!",
                                            "*",
                                            "not set",
                                            std::string(100'000, '1'),
                                            "xxh3:00112233445566778899aabbccddeeff"};
  return all;
}

TEST(Knobs, EachIsSetToValuesOfItsFormAndToNothingElse) {
  for (const auto& knob : knobs()) {
    const auto name = example_of(knob);
    for (const auto& row : accepted()) {
      if (row.form != knob.form) continue;
      for (const auto& value : row.set) {
        EXPECT_TRUE(may_be_set(name, value)) << name << "=" << value;
        EXPECT_TRUE(may_be_recorded(name, value)) << name << "=" << value;
      }
      for (const auto& value : row.refused) EXPECT_FALSE(may_be_set(name, value)) << name << "=" << value;
    }
    for (const auto& value : hostile()) EXPECT_FALSE(may_be_set(name, value)) << name << "=" << value.substr(0, 99);
  }
}

TEST(Knobs, WhatIsNoKnobIsNeitherSetNorRemovedNorRecorded) {
  for (const std::string& name : std::vector<std::string>{
           "LD_AUDIT", "LD_DEBUG_OUTPUT", "INTEL_LIBITTNOTIFY64", "INTEL_JIT_PROFILER64", "PATH", "PYTHONPATH",
           "KINETO_CONFIG", "MKL_CBWR ", "mkl_cbwr", "", "A=B", "MKL_CBWR\n", "PYTORCH_TUNABLEOP_",
           "PYTORCH_TUNABLEOP_X Y", "PYTORCH_TUNABLEOP_$(id)", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"}) {
    EXPECT_FALSE(may_be_set(name, "1")) << name;
    EXPECT_FALSE(may_be_recorded(name, "1")) << name;
    EXPECT_FALSE(may_be_removed(name)) << name;
  }
  EXPECT_FALSE(is_knob("PYTORCH_TUNABLEOP_" + std::string(1000, 'A')));
}

TEST(Knobs, EveryOneButADevicesMayBeRemoved) {
  for (const auto& knob : knobs()) EXPECT_EQ(may_be_removed(example_of(knob)), knob.form != KnobForm::device);
}

TEST(Knobs, ALockHoldsNoPathAndNothingThatDoesNotShow) {
  for (const std::string& value : std::vector<std::string>{"/x", "./x", "a/b", "~", "~/x", "$X", "a$b", "a\nb", "a\x1b",
                                                           "a\x7f", "ü", "\xff", "", "not set"}) {
    for (const std::string& name :
         std::vector<std::string>{"MKL_CBWR", "PYTORCH_TUNABLEOP_VERBOSE", "LD_PRELOAD", "CUDNN_ERRATA_JSON_FILE"})
      EXPECT_FALSE(may_be_recorded(name, value)) << name << "=" << value;
  }
  EXPECT_TRUE(may_be_recorded("MKL_CBWR", "a;b `c` (d)")) << "a user may have set that: it is recorded and never set";
  EXPECT_TRUE(may_be_recorded("MKL_CBWR", std::string(most_recorded_bytes, 'a')));
  EXPECT_FALSE(may_be_recorded("MKL_CBWR", std::string(most_recorded_bytes + 1, 'a')));
}

TEST(Knobs, FilesAreRecordedByNameAndContent) {
  const std::string hash = "xxh3:00112233445566778899aabbccddeeff";
  for (const std::string& name : std::vector<std::string>{
           "LD_PRELOAD", "LD_LIBRARY_PATH", "CUBLASLT_HEURISTICS_LUT_FILE", "CUDNN_ERRATA_JSON_FILE",
           "PYTORCH_TUNABLEOP_FILENAME", "PYTORCH_TUNABLEOP_UNTUNED_FILENAME", "PYTORCH_TUNABLEOP_A_LATER_FILE"}) {
    EXPECT_TRUE(names_files(name)) << name;
    for (const std::string& value : {std::string("libx.so.9@8fa833c4b713"), std::string("x.csv@missing"), hash,
                                     std::string("a+b_c-d.so@0 e.so@1f"), hash + "@missing"})
      EXPECT_TRUE(may_be_recorded(name, value)) << name << "=" << value;
    for (const std::string& value :
         std::vector<std::string>{"libx.so", "@1f", "a.so@", "a.so@xyz", "a.so@1F", "a.so@1f ", " a.so@1f",
                                  "a.so@1f  b.so@1f", "/a.so@1f", "a b.so@1f", "$(x)@1f", "~@1f", "a.so@1f:b.so@1f"})
      EXPECT_FALSE(may_be_recorded(name, value)) << name << "=" << value;
  }
  EXPECT_FALSE(may_be_recorded("LD_PRELOAD", std::string(most_recorded_file_bytes, 'a') + "@1f"));
  EXPECT_FALSE(names_files("MKL_CBWR"));
}

TEST(Knobs, TheRecordedFormsAreAccepted) {
  EXPECT_EQ(recorded_file("libx.so", "8fa833c4b713"), "libx.so@8fa833c4b713");
  EXPECT_EQ(recorded_file("libx.so", ""), "libx.so@missing");
  for (const std::string& name :
       std::vector<std::string>{"a b", "a\nb", "ü.so", "$(x)", "", "a/b", "a@b", std::string(129, 'a')}) {
    EXPECT_TRUE(may_be_recorded("LD_PRELOAD", recorded_file(name, "1f"))) << name;
    EXPECT_TRUE(is_recorded_hash(recorded_hash(name))) << name;
    EXPECT_TRUE(may_be_recorded("MKL_CBWR", recorded_hash(name))) << name;
  }
  EXPECT_NE(recorded_file("a b", "1f"), recorded_file("a c", "1f"));
  EXPECT_FALSE(is_recorded_hash("xxh3:00112233445566778899AABBCCDDEEFF"));
}

TEST(Knobs, ARecordedNameIsWholeOrAPrefix) {
  EXPECT_TRUE(is_knob("ATEN_CPU_CAPABILITY"));
  EXPECT_TRUE(is_knob("PYTORCH_TUNABLEOP_ENABLED"));
  EXPECT_FALSE(is_knob("PYTORCH_TUNABLEOP"));
  EXPECT_FALSE(is_knob("MKL_CBWR_"));
  EXPECT_FALSE(is_knob("PATH"));
  EXPECT_FALSE(is_knob(""));
}

TEST(Knobs, AreListedOnceAndExceptionsStandBeforeTheirFamily) {
  std::set<std::string_view> seen;
  std::vector<std::string_view> families;
  for (const auto& knob : knobs()) {
    EXPECT_TRUE(seen.insert(knob.name).second) << knob.name;
    for (const auto family : families) EXPECT_FALSE(knob.name.starts_with(family)) << knob.name << " is never reached";
    if (knob.name.ends_with('*')) families.push_back(knob.name.substr(0, knob.name.size() - 1));
  }
}

TEST(Knobs, TwoOfThemOnlyChooseADevice) {
  std::vector<std::string_view> choosing;
  for (const auto& knob : knobs()) {
    if (chooses_device(knob.name)) choosing.push_back(knob.name);
  }
  EXPECT_THAT(choosing, testing::UnorderedElementsAre("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"));
}

}  // namespace
}  // namespace envguard::recipe
