#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envguard::base {

/// One ELF file (64 bits, little-endian), read with pread and never mapped or opened as a library: a file that shrinks
/// while it is read gives nothing, not SIGBUS. What is not such a file, or is damaged, answers nothing everywhere.
///
/// A file counts as damaged where its loadable segments do not ascend or overlap, as the ELF specification forbids:
/// glibc does not check it, and maps such a file over the dynamic linker's own code (glibc bug 22851).
class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& path);
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  [[nodiscard]] bool valid() const { return valid_; }
  /// Whether dlopen might load it: any file that begins as an ELF file, damaged or not, unless it is plainly a program.
  [[nodiscard]] bool may_be_library() const { return is_elf_ && !(valid_ && is_program()); }
  /// NT_GNU_BUILD_ID in lower-case hex.
  [[nodiscard]] std::optional<std::string> build_id() const;
  /// DT_SONAME.
  [[nodiscard]] std::optional<std::string> soname() const;
  /// The entries of DT_RPATH and DT_RUNPATH as they stand ("$ORIGIN/../lib"): where this file's libraries are looked
  /// for.
  [[nodiscard]] std::vector<std::string> run_paths() const;
  /// The bytes of a section (".rodata"); nothing where it is absent, empty of bytes (.bss) or larger than `limit`.
  [[nodiscard]] std::optional<std::string> section(std::string_view name, std::size_t limit) const;
  /// The bytes of an exported object (STT_OBJECT, at most `most_object_bytes`); nothing where there is none of that
  /// name.
  [[nodiscard]] std::optional<std::string> object(std::string_view name) const;
  static constexpr std::uint64_t most_object_bytes = 4096;

 private:
  struct Segment {
    std::uint32_t type = 0;
    std::uint64_t offset = 0, address = 0, size = 0;  ///< `size`: bytes of the file
    std::uint64_t memory = 0;                         ///< bytes in memory
  };
  [[nodiscard]] std::optional<std::string> read(std::uint64_t offset, std::uint64_t size) const;
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t address) const;
  [[nodiscard]] bool segments_ascend() const;
  [[nodiscard]] bool is_program() const;
  /// The bytes of the dynamic section; empty where there is none.
  [[nodiscard]] std::string dynamic_section() const;
  /// The strings that the entries of this tag in the dynamic section name.
  [[nodiscard]] std::vector<std::string> dynamic_strings(std::int64_t tag) const;
  [[nodiscard]] std::optional<std::string> string_at(std::uint64_t offset) const;

  int file_ = -1;
  bool is_elf_ = false, valid_ = false;
  unsigned type_ = 0;  ///< e_type
  std::uint64_t sections_offset_ = 0;
  unsigned section_size_ = 0, section_count_ = 0, section_names_ = 0;
  std::vector<Segment> segments_;
};

/// The build id of the file; empty where it has none or is no ELF file.
[[nodiscard]] std::string build_id(const std::filesystem::path& path);
[[nodiscard]] std::optional<std::string> soname(const std::filesystem::path& path);

}  // namespace envguard::base
