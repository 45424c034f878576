#include "detect/cuda.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/elf.hpp"
#include "base/text.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

struct Known {
  std::string_view component, library, wheel;
  std::string_view constant;  ///< text in .rodata that the version follows; empty: the file names no version
};

// cuDNN, cuBLAS and the CUDA runtime hold no text of their version (looked for in 9.19, 13.1 and 13.0).
constexpr std::array<Known, 5> libraries{
    {{"cuda", "libcudart", "nvidia-cuda-runtime", ""},
     {"cudnn", "libcudnn", "nvidia-cudnn", ""},
     {"nccl", "libnccl", "nvidia-nccl", "NCCL version "},
     {"cublas", "libcublas", "nvidia-cublas", ""},
     {"nvrtc", "libnvrtc", "nvidia-cuda-nvrtc", "Cuda compilation tools, release "}}};

constexpr std::size_t most_runtime_constants = std::size_t{64} << 20;
constexpr std::size_t mark_length = 8;  // LibTorch zips name it libcudart-9335f6a2.so.12

/// "libcudart.so.13", "libcudart-9335f6a2.so.12"; not libcublasLt, libnvrtc-builtins, libcudnn_ops.
bool is_called(std::string_view file, std::string_view stem) {
  if (!file.starts_with(stem)) return false;
  file.remove_prefix(stem.size());
  if (file.starts_with("-") && file.size() > mark_length + 1 &&
      file.substr(1, mark_length).find_first_not_of("0123456789abcdef") == std::string_view::npos)
    file.remove_prefix(mark_length + 1);
  return file.starts_with(".so");
}

/// nvidia-cudnn-cu13 is nvidia-cudnn; since CUDA 13 some have no suffix.
bool is_wheel(const std::string& name, std::string_view wheel) {
  return name == wheel || (name.starts_with(wheel) && name.compare(wheel.size(), 3, "-cu") == 0);
}

std::string_view leading_version(std::string_view text) {
  auto version = text.substr(0, text.find_first_not_of("0123456789."));
  while (version.ends_with('.')) version.remove_suffix(1);
  return version;
}

/// "12.4.127" of libcudart.so.12.4.127; a SONAME alone ("13") is no version.
std::optional<model::Component> from_file_name(const Known& known, const fs::path& path) {
  const std::string name = path.filename().string();
  const auto place = name.find(".so.");
  if (place == std::string::npos) return std::nullopt;
  const auto version = leading_version(std::string_view(name).substr(place + 4));
  if (std::ranges::count(version, '.') < 2) return std::nullopt;
  return model::Component{std::string(known.component), std::string(version), fmt::format("name of {}", path.string())};
}

std::optional<model::Component> from_constants(const Known& known, const fs::path& path) {
  if (known.constant.empty()) return std::nullopt;
  const auto constants = base::ElfFile(path).section(".rodata", most_runtime_constants);
  const auto place = constants ? constants->find(known.constant) : std::string::npos;
  if (place == std::string::npos) return std::nullopt;
  std::string_view text = std::string_view(*constants).substr(place + known.constant.size(), 64);
  if (const auto whole = text.find(", V"); whole != std::string_view::npos)
    text = text.substr(whole + 3);  // "13.0, V13.0.88"
  const auto version = leading_version(text);
  if (std::ranges::count(version, '.') < 2) return std::nullopt;
  return model::Component{std::string(known.component), std::string(version),
                          fmt::format("constants of {}", path.string())};
}

std::optional<model::Component> from_metadata(Search& search, const Known& known, const Distribution& wheel,
                                              std::string_view remark) {
  auto version = metadata_version(search, wheel);
  if (!version) return std::nullopt;
  return model::Component{std::string(known.component), std::move(*version),
                          fmt::format("METADATA of {}{}", wheel.name, remark)};
}

/// The wheel whose file this is, or a copy of whose file it is. Two wheels may list one path (…-cu12 beside …-cu13):
/// the one whose size it has; if that settles nothing, none.
const RecordedLibrary* owner(const std::vector<RecordedLibrary>& recorded, const fs::path& path, bool copies) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::vector<const RecordedLibrary*> owners;
  for (const RecordedLibrary& library : recorded) {
    if (!copies && library.path == path) owners.push_back(&library);
    if (copies && library.path.filename() == path.filename() && library.size == size)
      if (const auto id = base::build_id(path); !id.empty() && id == base::build_id(library.path))
        owners.push_back(&library);
  }
  if (owners.size() > 1) std::erase_if(owners, [&](const RecordedLibrary* library) { return library->size != size; });
  return owners.size() == 1 ? owners.front() : nullptr;
}

Facts loaded(Search& search, const Known& known, const std::vector<RecordedLibrary>& recorded, const fs::path& path) {
  for (const bool copies : {false, true})
    if (const RecordedLibrary* library = owner(recorded, path, copies))
      if (auto found = from_metadata(search, known, *library->distribution,
                                     copies ? fmt::format(", the same build as {}", path.string()) : std::string()))
        return Facts::found(std::move(*found));
  if (auto found = from_file_name(known, path)) return Facts::found(std::move(*found));
  if (auto found = from_constants(known, path)) return Facts::found(std::move(*found));
  return Facts::not_found(std::string(known.component),
                          fmt::format("METADATA, file name and constants of {}", path.string()));
}

Facts installed_only(Search& search, const Known& known, const std::vector<Distribution>& installed) {
  std::vector<const Distribution*> wheels;
  for (const Distribution& distribution : installed)
    if (is_wheel(distribution.name, known.wheel)) wheels.push_back(&distribution);
  if (wheels.size() == 1)
    if (auto found = from_metadata(search, known, *wheels.front(), ", as installed"))
      return Facts::found(std::move(*found));
  std::string wanted = fmt::format("METADATA of {}*", known.wheel);
  if (wheels.size() > 1) wanted += ", of which several are installed";
  return Facts::not_found(std::string(known.component), std::move(wanted));
}

}  // namespace

std::vector<RecordedLibrary> recorded_libraries(Search& search, const std::vector<Distribution>& installed) {
  std::vector<RecordedLibrary> found;
  for (const Distribution& distribution : installed) {
    const std::string& name = distribution.name;
    if (name != "torch" && name != "triton" && !name.starts_with("nvidia-")) continue;
    std::error_code error;
    const fs::path packages = fs::canonical(distribution.folder.parent_path(), error);
    for (const auto& [path, size] : recorded_libraries(search, distribution))
      found.push_back({&distribution, (packages / path).lexically_normal(), size});
  }
  return found;
}

Facts cuda(Search& search, const std::vector<Distribution>& installed, const std::vector<RecordedLibrary>& recorded,
           const Listing* listing, bool built_with_cuda) {
  Facts facts;
  for (const Known& known : libraries) {
    if (!built_with_cuda) {
      facts.absent.push_back({std::string(known.component), "torch/version.py: built without CUDA"});
      continue;
    }
    if (!listing || !listing->failure.empty()) {
      facts += installed_only(search, known, installed);
      continue;
    }
    const auto library = std::ranges::find_if(
        listing->libraries, [&](const model::Library& each) { return is_called(each.name, known.library); });
    if (library != listing->libraries.end())
      facts += loaded(search, known, recorded, library->path);
    else
      facts.absent.push_back({std::string(known.component), fmt::format("what loads with {}", listing->opened)});
  }
  return facts;
}

}  // namespace envguard::detect
