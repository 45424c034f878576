#include "engine/torch/build_settings.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"

namespace envguard::engine::torch {
namespace {

/// What follows `mark`, up to one of `ends`; empty where the mark is not there.
std::string_view after(std::string_view line, std::string_view mark, std::string_view ends) {
  const auto begin = line.find(mark);
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin + mark.size());
  return line.substr(0, line.find_first_of(ends));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> build_settings(std::string_view show_config) {
  std::vector<std::pair<std::string, std::string>> settings;
  const auto add = [&settings](const char* name, std::string_view value) {
    if (!value.empty()) settings.emplace_back(name, value);
  };
  base::Hasher hasher;
  bool found = false;
  for (const auto line : base::split(show_config, '\n')) {
    add("mkl", after(line, "Math Kernel Library Version ", "- "));
    add("onednn", after(line, "MKL-DNN v", " "));
    add("blas", after(line, "Build settings: BLAS_INFO=", ","));
    const bool of_the_build =
        line.starts_with("  - GCC ") || line.starts_with("  - clang ") || line.starts_with("  - Build settings: ");
    if (of_the_build) hasher.field(line);
    found = found || of_the_build;
  }
  if (found) add("show-config", hasher.digest().hex());
  return settings;
}

}  // namespace envguard::engine::torch
