#include "base/elf.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

namespace envguard::base {
namespace {

namespace fs = std::filesystem;

/// A real library, through this program's maps; a small one where none is named.
fs::path a_library(const std::string& name = "libgcc_s.so") {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (const auto place = line.find('/'); line.find("/" + name) != std::string::npos) return line.substr(place);
  return {};
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Elf : public testing::Test {
 protected:
  Elf() {
    std::string pattern = (fs::temp_directory_path() / "envguard-elf-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Elf() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path put(std::string_view bytes) const {
    std::ofstream(folder_ / "file", std::ios::binary) << bytes;
    return folder_ / "file";
  }
  fs::path folder_;
};

TEST_F(Elf, ReadsWhatTheLinkerReads) {
  const auto library = a_library();
  ASSERT_FALSE(library.empty());
  EXPECT_EQ(soname(library), "libgcc_s.so.1");
  const auto id = build_id(library);
  EXPECT_EQ(id.size(), 40U) << id;
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  const ElfFile file(library);
  EXPECT_TRUE(file.valid());
  // The note's section holds the same bytes as its segment, and the hash stands at its end.
  const auto note = file.section(".note.gnu.build-id", 4096);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->size(), 36U);
  EXPECT_FALSE(file.section(".note.gnu.build-id", 35));
  EXPECT_FALSE(file.section(".bss", 1 << 20));
  EXPECT_FALSE(file.section(".no-such-section", 1 << 20));
}

TEST_F(Elf, AnExportedObjectIsReadAsItStandsInTheFile) {
  const ElfFile file(a_library("libstdc++.so"));
  ASSERT_TRUE(file.valid());
  EXPECT_EQ(file.object("_ZTSi"), std::string("i\0", 2));  // the name of int's type_info
  EXPECT_EQ(file.object("_ZTSd"), std::string("d\0", 2));
  EXPECT_FALSE(file.object("_ZSt4cout"));        // lies in .bss
  EXPECT_FALSE(file.object("_ZSt9terminatev"));  // a function
  EXPECT_FALSE(file.object("_ZTS"));
  EXPECT_FALSE(ElfFile(put("#!/bin/sh\n")).object("_ZTSi"));
}

TEST_F(Elf, WhatIsNoElfFileAnswersNothing) {
  for (const fs::path& path : {put(""), put("#!/bin/sh\n"), put("\x7f"), fs::path("/"), folder_ / "missing"}) {
    EXPECT_EQ(build_id(path), "") << path;
    EXPECT_FALSE(soname(path)) << path;
    EXPECT_FALSE(ElfFile(path).section(".rodata", 1 << 20)) << path;
  }
}

TEST_F(Elf, ATruncatedOrDamagedFileNeverHurts) {
  const auto whole = bytes_of(a_library());
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 97 + 1) {
    const ElfFile file(put(std::string_view(whole).substr(0, size)));
    (void)file.build_id();
    (void)file.soname();
    (void)file.section(".rodata", 1 << 20);
    (void)file.object("_ZTSi");
  }
  // Every byte of the headers in turn: offsets and sizes beyond the file, tables that overlap, names without an end.
  for (std::size_t place = 0; place < 1024; ++place) {
    auto damaged = whole.substr(0, 16384);
    damaged[place] = static_cast<char>(~damaged[place]);
    const ElfFile file(put(damaged));
    (void)file.build_id();
    (void)file.soname();
    (void)file.section(".rodata", 1 << 20);
    (void)file.object("_ZTSi");
  }
}

}  // namespace
}  // namespace envguard::base
