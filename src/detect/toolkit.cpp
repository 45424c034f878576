#include "detect/toolkit.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/elf.hpp"
#include "base/text.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_nvcc_constants = std::size_t{64} << 20;  // 13.0's has 2.5 MB

/// A folder with bin/nvcc or version.json in it, and what led there.
struct Place {
  std::string rule;
  fs::path folder;
};

std::vector<Place> places(const model::Machine& machine, Search& search) {
  std::vector<Place> found;
  const std::string path = machine.variable("PATH");
  for (const std::string_view folder : base::split(path, ':')) {
    std::error_code error;
    // A symbolic link (/usr/bin/nvcc of some distributions) leads to the toolkit.
    const fs::path nvcc = fs::canonical(fs::path(folder) / "nvcc", error);
    if (folder.empty() || fs::path(folder).is_relative() || error || !search.has_file(nvcc)) continue;
    found.push_back({"PATH", nvcc.parent_path().parent_path()});
    break;
  }
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const fs::path folder = machine.variable(variable); folder.is_absolute()) found.push_back({variable, folder});
  for (const std::string& name : search.names(machine.local))
    if (name == "cuda" || name.starts_with("cuda-")) found.push_back({"/usr/local/" + name, machine.local / name});
  return found;
}

std::optional<std::string> version_of_nvcc(const fs::path& nvcc) {
  constexpr std::string_view before = "Cuda compilation tools, release ";  // "13.0, V13.0.88"
  const auto constants = base::ElfFile(nvcc).section(".rodata", most_nvcc_constants);
  if (!constants) return std::nullopt;
  for (auto place = constants->find(before); place != std::string::npos; place = constants->find(before, place + 1)) {
    std::string_view text = std::string_view(*constants).substr(place + before.size(), 64);
    const auto whole = text.find(", V");
    if (whole == std::string_view::npos) continue;
    text = text.substr(whole + 3);
    text = text.substr(0, text.find_first_not_of("0123456789."));
    if (!text.empty()) return std::string(text);
  }
  return std::nullopt;
}

/// The "version" of a part in NVIDIA's version.json: {"cuda_nvcc": {"name": …, "version": "12.8.93"}, …}.
std::optional<std::string> version_in(std::string_view json, std::string_view part) {
  const auto start = json.find(part);
  if (start == std::string_view::npos) return std::nullopt;
  const auto object = json.substr(start, json.find('}', start) - start);
  constexpr std::string_view key = "\"version\"";
  const auto named = object.find(key);
  if (named == std::string_view::npos) return std::nullopt;
  const auto open = object.find('"', named + key.size());
  if (open == std::string_view::npos) return std::nullopt;
  const auto close = object.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return std::string(object.substr(open + 1, close - open - 1));
}

/// Version and the file that tells it; nothing where this is no toolkit.
std::optional<std::pair<std::string, fs::path>> told(Search& search, const fs::path& folder) {
  // Debian's /usr/bin/nvcc is a script; the compiler stands in a folder of its own.
  std::optional<fs::path> compiler;
  for (const fs::path& nvcc : {folder / "bin" / "nvcc", folder / "lib" / "nvidia-cuda-toolkit" / "bin" / "nvcc"}) {
    if (!search.has_file(nvcc)) continue;
    if (!compiler) compiler = nvcc;
    if (auto version = version_of_nvcc(nvcc)) return std::pair(std::move(*version), nvcc);
  }
  const fs::path json = folder / "version.json";
  if (const auto text = search.text(json))
    for (const std::string_view part : {"\"cuda_nvcc\"", "\"cuda\""})
      if (auto version = version_in(*text, part)) return std::pair(std::move(*version), json);
  if (compiler) return std::pair(std::string(), *compiler);
  return std::nullopt;
}

}  // namespace

std::vector<model::Component> toolkits(const model::Machine& machine) {
  Search search;
  std::vector<model::Component> found;
  std::vector<fs::path> folders;
  for (const Place& place : places(machine, search)) {
    std::error_code error;
    const fs::path folder = fs::canonical(place.folder, error);
    if (error) continue;
    const auto known = std::ranges::find(folders, folder);
    if (known != folders.end()) {
      std::string& rules = found[static_cast<std::size_t>(known - folders.begin())].name;
      if (place.rule != rules) rules += ", " + place.rule;
      continue;
    }
    const auto version = told(search, folder);
    if (!version) continue;
    folders.push_back(folder);
    found.push_back({place.rule, version->first, version->second.string()});
  }
  return found;
}

}  // namespace envguard::detect
