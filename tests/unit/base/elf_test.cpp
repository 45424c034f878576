#include "base/elf.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include <elf.h>
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

/// The program headers of a real library, to be changed in its bytes.
std::vector<std::size_t> load_segments(const std::string& bytes) {
  Elf64_Ehdr header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto place = header.e_phoff + i * sizeof(Elf64_Phdr);
    Elf64_Phdr segment{};
    std::memcpy(&segment, bytes.data() + place, sizeof segment);
    if (segment.p_type == PT_LOAD) places.push_back(place);
  }
  return places;
}

// glibc maps such files over its own code (bug 22851).
TEST_F(Elf, SegmentsThatDoNotAscendAreDamage) {
  const auto library = a_library();
  const auto bytes = bytes_of(library);
  const auto segments = load_segments(bytes);
  ASSERT_GE(segments.size(), 2U);
  ASSERT_TRUE(ElfFile(put(bytes)).valid());
  auto swapped = bytes;
  std::swap_ranges(swapped.begin() + static_cast<long>(segments[0]),
                   swapped.begin() + static_cast<long>(segments[0] + sizeof(Elf64_Phdr)),
                   swapped.begin() + static_cast<long>(segments[1]));
  const auto with = [&](std::size_t segment, std::size_t field, std::uint64_t value) {
    auto changed = bytes;
    std::memcpy(changed.data() + segments[segment] + field, &value, sizeof value);
    return changed;
  };
  const auto most = ~std::uint64_t{0};
  for (const auto& damaged :
       {swapped, with(0, offsetof(Elf64_Phdr, p_vaddr), most - 4096), with(0, offsetof(Elf64_Phdr, p_memsz), most),
        with(1, offsetof(Elf64_Phdr, p_vaddr), 0), with(0, offsetof(Elf64_Phdr, p_memsz), 0)}) {
    const ElfFile file(put(damaged));
    EXPECT_FALSE(file.valid());
    EXPECT_FALSE(file.build_id());
    EXPECT_FALSE(file.soname());
    EXPECT_FALSE(file.section(".rodata", 1 << 20));
    EXPECT_TRUE(file.run_paths().empty());
  }
}

TEST_F(Elf, WhatCouldBeOpenedAsALibrary) {
  const auto library = a_library();
  EXPECT_TRUE(ElfFile(library).may_be_library());
  EXPECT_TRUE(ElfFile(put(bytes_of(library).substr(0, 64))).may_be_library()) << "damaged, and the linker may not mind";
  EXPECT_FALSE(ElfFile("/proc/self/exe").may_be_library()) << "a program";
  EXPECT_FALSE(ElfFile(put("text")).may_be_library());
}

TEST_F(Elf, RunPaths) {
  const auto library = (folder_ / "library.so").string();
  for (const char* tags : {"--enable-new-dtags", "--disable-new-dtags"}) {
    const auto command = "echo 'int x;' | cc -shared -fPIC -xc - -o '" + library + "' -Wl," + tags +
                         " -Wl,-rpath,'$ORIGIN/../one:/two::three'";
    ASSERT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(ElfFile(library).run_paths(), (std::vector<std::string>{"$ORIGIN/../one", "/two", "three"})) << tags;
  }
  EXPECT_TRUE(ElfFile(a_library()).run_paths().empty());
}

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
