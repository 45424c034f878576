#include "detect/cuda_library.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "base/elf.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view of_the_compiler = "Cuda compilation tools, release ";

// Looked for in the files of CUDA 12.8, 13.0 and 13.2 with cuDNN 9.10, 9.19 and 9.26: the other libraries hold no text
// of their version, libcupti only its compiler's (V13.0.21 in 13.0.85), libcufile a number without a word before it.
constexpr std::array<KnownLibrary, 16> libraries{
    {{"cudart", "libcudart", "nvidia-cuda-runtime", "cuda", "", true},
     {"cudnn", "libcudnn", "nvidia-cudnn", "cudnn", "", true},
     {"nccl", "libnccl", "nvidia-nccl", "nccl", "NCCL version ", true},
     {"cublas", "libcublas", "nvidia-cublas", "cublas", "", true},
     {"nvrtc", "libnvrtc", "nvidia-cuda-nvrtc", "nvrtc", of_the_compiler, true},
     {"cufft", "libcufft", "nvidia-cufft", "cufft"},
     {"curand", "libcurand", "nvidia-curand", "curand"},
     {"cusolver", "libcusolver", "nvidia-cusolver", "cusolver"},
     {"cusparse", "libcusparse", "nvidia-cusparse", "cusparse"},
     {"cusparselt", "libcusparseLt", "nvidia-cusparselt", "cusparselt"},
     {"nvjitlink", "libnvJitLink", "nvidia-nvjitlink", "nvjitlink", of_the_compiler},
     {"cublaslt", "libcublasLt", "nvidia-cublas"},
     {"nvrtc-builtins", "libnvrtc-builtins", "nvidia-cuda-nvrtc"},
     {"cupti", "libcupti", "nvidia-cuda-cupti"},
     {"nvshmem", "libnvshmem_host", "nvidia-nvshmem", "", "NVSHMEM v"},
     {"cufile", "libcufile", "nvidia-cufile"}}};

constexpr KnownLibrary part{"cudnn", "libcudnn_", "nvidia-cudnn"};

constexpr std::size_t most_constants = std::size_t{64} << 20;
constexpr std::size_t mark_length = 8;

std::string_view leading_version(std::string_view text) {
  auto version = text.substr(0, text.find_first_not_of("0123456789."));
  while (version.ends_with('.')) version.remove_suffix(1);
  return version;
}

bool is_whole(std::string_view version) {
  return std::ranges::count(version, '.') >= 2;
}

/// "12.4.127" of libcudart.so.12.4.127; a SONAME alone ("13") is no version.
std::optional<ToldVersion> from_name(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto place = name.find(".so.");
  if (place == std::string::npos) return std::nullopt;
  const auto version = leading_version(std::string_view(name).substr(place + 4));
  if (!is_whole(version)) return std::nullopt;
  return ToldVersion{std::string(version), fmt::format("name of {}", path.string())};
}

std::optional<ToldVersion> from_constants(const KnownLibrary& known, const fs::path& path) {
  if (known.constant.empty()) return std::nullopt;
  const auto constants = base::ElfFile(path).section(".rodata", most_constants);
  const auto place = constants ? constants->find(known.constant) : std::string::npos;
  if (place == std::string::npos) return std::nullopt;
  std::string_view text = std::string_view(*constants).substr(place + known.constant.size(), 64);
  if (const auto whole = text.find(", V"); whole != std::string_view::npos)
    text = text.substr(whole + 3);  // "13.0, V13.0.88"
  const auto version = leading_version(text);
  if (!is_whole(version)) return std::nullopt;
  return ToldVersion{std::string(version), fmt::format("constants of {}", path.string())};
}

/// graph, ops and adv export the number by which cuDNN's parts know each other, 0x091300 for 9.19.0 (read in 9.10.2,
/// 9.19.0 and 9.26.0; the other parts have none).
std::optional<ToldVersion> from_number(std::string_view component, const fs::path& path) {
  const base::ElfFile file(path);
  for (const std::string_view end : {"_version", "_infer_version"}) {
    const std::string symbol = fmt::format("{}{}", component, end);
    const auto bytes = file.object(symbol);
    std::uint32_t number = 0;
    if (!bytes || bytes->size() != sizeof(number)) continue;
    std::memcpy(&number, bytes->data(), sizeof(number));
    const std::string major = fmt::format(".so.{}", number >> 16U);
    if (!path.filename().string().ends_with(major)) continue;  // counted in another way
    return ToldVersion{fmt::format("{}.{}.{}", number >> 16U, number >> 8U & 0xffU, number & 0xffU),
                       fmt::format("{} in {}", symbol, path.string())};
  }
  return std::nullopt;
}

}  // namespace

std::span<const KnownLibrary> known_libraries() {
  return libraries;
}

const KnownLibrary& cudnn_part() {
  return part;
}

std::string_view library_stem(std::string_view file_name) {
  auto stem = file_name.substr(0, file_name.find(".so"));
  const auto mark = stem.rfind('-');
  if (mark != std::string_view::npos && stem.size() - mark == mark_length + 1 &&
      stem.find_first_not_of("0123456789abcdef", mark + 1) == std::string_view::npos)
    stem = stem.substr(0, mark);
  return stem;
}

const KnownLibrary* known_library(std::string_view file_name) {
  if (file_name.find(".so") == std::string_view::npos) return nullptr;
  const auto stem = library_stem(file_name);
  if (stem.starts_with(part.stem)) return &part;
  const auto* found = std::ranges::find(libraries, stem, &KnownLibrary::stem);
  return found == libraries.end() ? nullptr : found;
}

std::optional<ToldVersion> version_of_file(const KnownLibrary& known, const fs::path& path) {
  if (auto told = from_name(path)) return told;
  if (&known != &part) return from_constants(known, path);
  const std::string name = path.filename().string();
  return from_number(library_stem(name).substr(std::string_view("lib").size()), path);
}

}  // namespace envguard::detect
