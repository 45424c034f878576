#include "base/elf.hpp"

#include <algorithm>
#include <cstring>

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"

namespace envguard::base {

namespace {

// A file that names more than this is damaged or hostile; the largest of a CUDA PyTorch has 45 sections, 11 segments.
constexpr unsigned most_headers = 4096;
constexpr std::uint64_t most_note_bytes = 1U << 16;
constexpr std::uint64_t most_dynamic_bytes = 1U << 16;
constexpr std::uint64_t most_string_bytes = 4096;
constexpr std::size_t most_symbol_bytes = std::size_t{64} << 20;

/// The i-th structure of a table; the text holds it whole.
template <typename Structure>
Structure at(std::string_view table, std::size_t offset) {
  Structure value{};
  std::memcpy(&value, table.data() + offset, sizeof(Structure));
  return value;
}

std::uint64_t padded(std::uint64_t size) {
  return (size + 3) & ~std::uint64_t{3};
}

/// The build id among the notes of one PT_NOTE segment.
std::optional<std::string> build_id_in(std::string_view notes) {
  std::size_t place = 0;
  while (notes.size() - place >= sizeof(Elf64_Nhdr)) {
    const auto header = at<Elf64_Nhdr>(notes, place);
    const std::uint64_t name = place + sizeof(Elf64_Nhdr);
    const std::uint64_t content = name + padded(header.n_namesz);
    const std::uint64_t end = content + padded(header.n_descsz);
    if (end > notes.size()) return std::nullopt;
    if (header.n_type == NT_GNU_BUILD_ID && notes.substr(name, header.n_namesz) == std::string_view("GNU\0", 4)) {
      std::string hex;
      for (const unsigned char byte : notes.substr(content, header.n_descsz)) hex += fmt::format("{:02x}", byte);
      return hex;
    }
    place = end;
  }
  return std::nullopt;
}

}  // namespace

ElfFile::ElfFile(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  const auto bytes = read(0, sizeof(Elf64_Ehdr));
  if (!bytes) return;
  const auto header = at<Elf64_Ehdr>(*bytes, 0);
  is_elf_ = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
  type_ = header.e_type;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_phentsize != sizeof(Elf64_Phdr) ||
      header.e_phnum > most_headers)
    return;
  const auto table = read(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr));
  if (!table) return;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = at<Elf64_Phdr>(*table, i * sizeof(Elf64_Phdr));
    segments_.push_back({segment.p_type, segment.p_offset, segment.p_vaddr, segment.p_filesz, segment.p_memsz});
  }
  if (!segments_ascend()) {
    segments_.clear();
    return;
  }
  sections_offset_ = header.e_shoff;
  section_size_ = header.e_shentsize;
  section_count_ = header.e_shnum;
  section_names_ = header.e_shstrndx;
  valid_ = true;
}

ElfFile::~ElfFile() {
  if (file_ >= 0) ::close(file_);
}

std::optional<std::string> ElfFile::read(std::uint64_t offset, std::uint64_t size) const {
  if (file_ < 0 || offset > INT64_MAX - size) return std::nullopt;
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto count = ::pread(file_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

std::optional<std::uint64_t> ElfFile::offset_of(std::uint64_t address) const {
  for (const Segment& segment : segments_)
    if (segment.type == PT_LOAD && address >= segment.address && address - segment.address < segment.size)
      return segment.offset + (address - segment.address);
  return std::nullopt;
}

std::optional<std::string> ElfFile::build_id() const {
  for (const Segment& segment : segments_) {
    if (segment.type != PT_NOTE || segment.size > most_note_bytes) continue;
    const auto notes = read(segment.offset, segment.size);
    if (!notes) continue;
    if (auto id = build_id_in(*notes)) return id;
  }
  return std::nullopt;
}

bool ElfFile::segments_ascend() const {
  std::uint64_t end = 0;
  for (const Segment& segment : segments_) {
    if (segment.type != PT_LOAD) continue;
    if (segment.address < end || segment.size > segment.memory || segment.memory > UINT64_MAX - segment.address)
      return false;
    end = segment.address + segment.memory;
  }
  return true;
}

std::string ElfFile::dynamic_section() const {
  const auto dynamic = std::ranges::find(segments_, std::uint32_t{PT_DYNAMIC}, &Segment::type);
  if (dynamic == segments_.end() || dynamic->size > most_dynamic_bytes) return {};
  return read(dynamic->offset, dynamic->size).value_or("");
}

bool ElfFile::is_program() const {
  if (type_ == ET_EXEC) return true;
  const auto table = dynamic_section();
  for (std::size_t place = 0; place + sizeof(Elf64_Dyn) <= table.size(); place += sizeof(Elf64_Dyn)) {
    const auto entry = at<Elf64_Dyn>(table, place);
    if (entry.d_tag == DT_FLAGS_1) return (entry.d_un.d_val & DF_1_PIE) != 0;
  }
  return false;
}

std::vector<std::string> ElfFile::dynamic_strings(std::int64_t tag) const {
  const auto table = dynamic_section();
  std::vector<std::uint64_t> places;
  std::optional<std::uint64_t> strings;
  for (std::size_t place = 0; place + sizeof(Elf64_Dyn) <= table.size(); place += sizeof(Elf64_Dyn)) {
    const auto entry = at<Elf64_Dyn>(table, place);
    if (entry.d_tag == tag) places.push_back(entry.d_un.d_val);
    if (entry.d_tag == DT_STRTAB) strings = offset_of(entry.d_un.d_ptr);
  }
  std::vector<std::string> found;
  for (const auto place : places) {
    if (!strings || place > UINT64_MAX - *strings) continue;
    if (auto text = string_at(*strings + place)) found.push_back(*std::move(text));
  }
  return found;
}

std::optional<std::string> ElfFile::string_at(std::uint64_t offset) const {
  constexpr std::uint64_t step = 256;
  std::string text;
  while (text.size() < most_string_bytes) {
    // Near the end of the file fewer bytes are left than a step.
    auto bytes = read(offset + text.size(), step);
    for (auto size = step / 2; !bytes && size > 0; size /= 2) bytes = read(offset + text.size(), size);
    if (!bytes) return std::nullopt;
    const auto end = bytes->find('\0');
    text += bytes->substr(0, end);
    if (end != std::string::npos) return text;
  }
  return std::nullopt;
}

std::optional<std::string> ElfFile::soname() const {
  auto names = dynamic_strings(DT_SONAME);
  return names.empty() ? std::nullopt : std::optional(std::move(names.front()));
}

std::vector<std::string> ElfFile::run_paths() const {
  std::vector<std::string> entries;
  for (const std::int64_t tag : {std::int64_t{DT_RPATH}, std::int64_t{DT_RUNPATH}})
    for (const std::string& list : dynamic_strings(tag))
      for (const std::string_view entry : split(list, ':'))
        if (!entry.empty()) entries.emplace_back(entry);
  return entries;
}

std::optional<std::string> ElfFile::section(std::string_view name, std::size_t limit) const {
  if (!valid_ || section_size_ != sizeof(Elf64_Shdr) || section_count_ > most_headers ||
      section_names_ >= section_count_)
    return std::nullopt;
  const auto table = read(sections_offset_, std::uint64_t{section_count_} * sizeof(Elf64_Shdr));
  if (!table) return std::nullopt;
  const auto names_header = at<Elf64_Shdr>(*table, section_names_ * sizeof(Elf64_Shdr));
  if (names_header.sh_size > limit) return std::nullopt;
  const auto names = read(names_header.sh_offset, names_header.sh_size);
  if (!names) return std::nullopt;
  for (std::size_t i = 0; i < section_count_; ++i) {
    const auto header = at<Elf64_Shdr>(*table, i * sizeof(Elf64_Shdr));
    if (header.sh_name >= names->size()) continue;
    const std::string_view rest = std::string_view(*names).substr(header.sh_name);
    if (rest.substr(0, rest.find('\0')) != name) continue;
    if (header.sh_type == SHT_NOBITS || header.sh_size > limit) return std::nullopt;
    return read(header.sh_offset, header.sh_size);
  }
  return std::nullopt;
}

std::optional<std::string> ElfFile::object(std::string_view name) const {
  const auto symbols = section(".dynsym", most_symbol_bytes);
  const auto names = section(".dynstr", most_symbol_bytes);
  if (!symbols || !names) return std::nullopt;
  for (std::size_t place = 0; place + sizeof(Elf64_Sym) <= symbols->size(); place += sizeof(Elf64_Sym)) {
    const auto symbol = at<Elf64_Sym>(*symbols, place);
    if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_shndx == SHN_UNDEF ||
        symbol.st_size > most_object_bytes || symbol.st_name >= names->size())
      continue;
    const std::string_view rest = std::string_view(*names).substr(symbol.st_name);
    if (rest.substr(0, rest.find('\0')) != name) continue;
    const auto offset = offset_of(symbol.st_value);
    return offset ? read(*offset, symbol.st_size) : std::nullopt;
  }
  return std::nullopt;
}

std::string build_id(const std::filesystem::path& path) {
  return ElfFile(path).build_id().value_or("");
}

std::optional<std::string> soname(const std::filesystem::path& path) {
  return ElfFile(path).soname();
}

}  // namespace envguard::base
