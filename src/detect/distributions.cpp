#include "detect/distributions.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.hpp"
#include "base/text.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

/// What computes beside torch, or in its place.
constexpr std::array<std::string_view, 13> moving{
    "triton",  "apex",    "bitsandbytes", "flash-attn",  "flash-attn-3",       "numpy",
    "scipy",   "torchao", "torchaudio",   "torchvision", "transformer-engine", "transformer-engine-torch",
    "xformers"};

/// Looked for by name and worth a line where absent.
constexpr std::array<std::string_view, 2> expected{"triton", "numpy"};

std::string_view first_field(std::string_view line) {
  // A path with a comma is quoted; no library of a wheel has one.
  return line.substr(0, line.find(','));
}

bool is_library(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".so") || name.find(".so.") != std::string_view::npos;
}

}  // namespace

std::string normalised(std::string_view name) {
  std::string result;
  for (const char letter : name) {
    const bool separator = letter == '-' || letter == '_' || letter == '.';
    if (separator && result.ends_with('-')) continue;
    const bool upper = letter >= 'A' && letter <= 'Z';
    result += separator ? '-' : upper ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return result;
}

std::vector<Distribution> distributions(Search& search, const fs::path& packages) {
  constexpr std::string_view end = ".dist-info";
  std::vector<Distribution> found;
  for (const std::string& entry : search.names(packages)) {
    if (!entry.ends_with(end)) continue;
    const std::string_view stem = std::string_view(entry).substr(0, entry.size() - end.size());
    const auto dash = stem.find('-');
    if (dash == std::string_view::npos) continue;
    found.push_back({normalised(stem.substr(0, dash)), std::string(stem.substr(dash + 1)), packages / entry});
  }
  std::ranges::sort(found, {}, &Distribution::name);
  return found;
}

std::optional<std::string> metadata_version(Search& search, const Distribution& distribution) {
  const auto text = search.text(distribution.folder / "METADATA");
  if (!text) return std::nullopt;
  for (const std::string_view line : base::split(*text, '\n')) {
    constexpr std::string_view header = "Version:";
    if (line.starts_with(header)) return std::string(base::trim(line.substr(header.size())));
    if (base::trim(line).empty()) break;  // the headers end here
  }
  return std::nullopt;
}

std::map<std::string, std::uint64_t> recorded_libraries(Search& search, const Distribution& distribution) {
  std::map<std::string, std::uint64_t> sizes;
  const auto text = search.text(distribution.folder / "RECORD");
  if (!text) return sizes;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = base::trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const std::string_view path = first_field(line);
    if (!is_library(path)) continue;
    const auto size = base::parse_integer(line.substr(line.rfind(',') + 1));
    if (size && *size >= 0) sizes.emplace(path, static_cast<std::uint64_t>(*size));
  }
  return sizes;
}

Facts extensions(Search& search, const std::vector<Distribution>& installed, const std::vector<std::string>& also) {
  Facts facts;
  std::vector<std::string> wanted(moving.begin(), moving.end());
  for (const std::string& name : also) wanted.push_back(normalised(name));
  for (const Distribution& distribution : installed) {
    if (std::ranges::find(wanted, distribution.name) == wanted.end()) continue;
    if (auto version = metadata_version(search, distribution))
      facts.components.push_back({distribution.name, *version, fmt::format("METADATA of {}", distribution.name)});
    else
      facts.absent.push_back({distribution.name, (distribution.folder / "METADATA").string()});
  }
  for (const std::string_view name : expected)
    if (std::ranges::find(installed, name, &Distribution::name) == installed.end())
      facts.absent.push_back({std::string(name), fmt::format("{}-*.dist-info beside torch", name)});
  return facts;
}

}  // namespace envguard::detect
