#include "trust/variables.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/elf.hpp"
#include "process/environment.hpp"

namespace envguard::trust {
namespace {

namespace fs = std::filesystem;

constexpr std::array origin_tokens{std::string_view("$ORIGIN"), std::string_view("${ORIGIN}")};
constexpr std::array library_tokens{std::string_view("$LIB"), std::string_view("${LIB}")};
constexpr std::array platform_tokens{std::string_view("$PLATFORM"), std::string_view("${PLATFORM}")};
constexpr std::array library_names{"lib", "lib64", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu"};
constexpr std::array platform_names{"x86_64", "haswell", "xeon_phi", "aarch64"};

/// Beside process::observers: variables whose value is a library of whatever name, a list of some, or a program that
/// PyTorch starts. Sources: ld.so(8); NCCL's environment variables; torch/csrc/profiler/unwind
/// (TORCH_ADDR2LINE_BINARY).
constexpr std::array openers{std::string_view("LD_PRELOAD"), std::string_view("NCCL_NET_PLUGIN"),
                             std::string_view("NCCL_TUNER_PLUGIN"), std::string_view("NCCL_PROFILER_PLUGIN"),
                             std::string_view("TORCH_ADDR2LINE_BINARY")};

bool opens_a_library(std::string_view name) {
  const auto observers = process::observers();
  return std::ranges::find(openers, name) != openers.end() || std::ranges::find(observers, name) != observers.end();
}

/// Entries of a list in any of the forms that these variables have.
std::vector<std::string> entries(std::string_view value, std::string_view separators) {
  std::vector<std::string> found;
  while (!value.empty()) {
    const auto end = value.find_first_of(separators);
    if (end != 0) found.emplace_back(value.substr(0, end));
    value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
  }
  return found;
}

std::string with_token(std::string text, std::string_view token, std::string_view name) {
  for (auto place = text.find(token); place != std::string::npos; place = text.find(token, place + name.size()))
    text.replace(place, token.size(), name);
  return text;
}

/// Each text once for each name that its token may stand for; a token stands for one name in a whole text.
template <typename Names>
std::vector<std::string> with_names(const std::vector<std::string>& texts,
                                    const std::array<std::string_view, 2>& tokens, const Names& names) {
  std::vector<std::string> found;
  for (const std::string& text : texts) {
    const bool has_token =
        std::ranges::any_of(tokens, [&](auto token) { return text.find(token) != std::string::npos; });
    if (!has_token)
      found.push_back(text);
    else
      for (const auto& name : names) found.push_back(with_token(with_token(text, tokens[0], name), tokens[1], name));
  }
  return found;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

void append_cpu_folders(const fs::path& folder, int depth, std::vector<fs::path>& found) {
  static constexpr std::array names{"tls", "x86_64", "haswell", "avx512_1", "xeon_phi", "aarch64"};
  if (depth == 0) return;
  for (const char* name : names) {
    std::error_code error;
    if (!fs::is_directory(folder / name, error)) continue;
    found.push_back(folder / name);
    append_cpu_folders(folder / name, depth - 1, found);
  }
}

}  // namespace

std::vector<fs::path> meanings(const std::string& entry, const std::vector<fs::path>& origins) {
  std::vector<std::string> folders;
  for (const fs::path& origin : origins) folders.push_back(origin.string());
  auto texts = with_names({entry}, origin_tokens, folders);
  texts = with_names(texts, library_tokens, library_names);
  texts = with_names(texts, platform_tokens, platform_names);
  return {texts.begin(), texts.end()};
}

std::vector<Named> library_folders(const model::EnvironmentMap& environment, const fs::path& directory,
                                   const std::vector<fs::path>& origins) {
  std::vector<Named> found;
  for (const char* name : {"LD_LIBRARY_PATH", "GCONV_PATH", "OPENSSL_MODULES", "OPENSSL_ENGINES", "UCX_MODULE_DIR"}) {
    const auto value = environment.find(name);
    if (value == environment.end() || value->second.empty()) continue;
    // An empty entry is the working directory.
    for (std::string_view rest = value->second;;) {
      const auto end = rest.find_first_of(":;");
      for (const fs::path& path : meanings(std::string(rest.substr(0, end)), origins))
        found.push_back({name, directory / path});
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return found;
}

std::vector<Named> libraries_named(const model::EnvironmentMap& environment, const fs::path& directory,
                                   const std::vector<fs::path>& origins) {
  const auto folders = library_folders(environment, directory, origins);
  std::vector<Named> found;
  for (const auto& [name, value] : environment) {
    const bool opener = opens_a_library(name);
    const auto add = [&](const fs::path& file) {
      if (is_file(file) && (opener || base::ElfFile(file).may_be_library())) found.push_back({name, file});
    };
    auto texts = entries(value, ":;, \t");
    texts.push_back(value);  // not always a list, and a path may hold a separator
    for (const std::string& text : texts) {
      for (const fs::path& path : meanings(text, origins)) add(directory / path);
      if (!opener || text.find('/') != std::string::npos) continue;
      for (const auto& folder : folders)
        for (const fs::path& each : with_cpu_folders(folder.path)) add(each / text);
    }
  }
  return found;
}

std::vector<fs::path> with_cpu_folders(const fs::path& folder) {
  constexpr int most_nested = 4;
  std::vector<fs::path> found{folder};
  std::error_code error;
  for (fs::directory_iterator entry(folder / "glibc-hwcaps", error), end; !error && entry != end;
       entry.increment(error))
    found.push_back(entry->path());
  if (fs::is_directory(folder / "glibc-hwcaps", error)) found.push_back(folder / "glibc-hwcaps");
  append_cpu_folders(folder, most_nested, found);
  return found;
}

}  // namespace envguard::trust
