#include "detect/otherwise_mapped.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "detect/cuda_library.hpp"

namespace envguard::detect {

namespace {

using model::Finding;
using model::Library;

constexpr std::size_t most_listed = 3;

bool is_of_pytorch(std::string_view name) {
  return name.starts_with("libtorch") || name.starts_with("libc10") || known_library(name) != nullptr;
}

/// Libraries that share a sentence: names, and the files that are mapped.
struct Group {
  std::vector<std::string> names, files;

  void add(const Library& library) {
    names.push_back(library.name);
    files.push_back(base::visible(library.path.string()));
  }
  [[nodiscard]] std::string named() const {
    const auto shown = static_cast<long>(std::min(names.size(), most_listed));
    const std::string list = base::visible(fmt::format("{}", fmt::join(names.begin(), names.begin() + shown, ", ")));
    return names.size() <= most_listed ? list : fmt::format("{} and {} more", list, names.size() - most_listed);
  }
  void report(std::vector<Finding>& findings, Finding::Severity severity, std::string_view id,
              std::string_view what) const {
    if (names.empty()) return;
    findings.push_back({severity, std::string(id), fmt::format("{}: {}.", what, named()),
                        fmt::format("{}", fmt::join(files, ", ")),
                        "# what is measured is what is mapped; look for what opens it first (LD_PRELOAD, a plugin)"});
  }
};

}  // namespace

std::vector<Finding> otherwise_mapped(const std::vector<Library>& predicted, const std::vector<Library>& mapped) {
  std::set<std::filesystem::path> folders;
  for (const Library& library : predicted) folders.insert(library.path.parent_path());
  Group another_build;
  Group elsewhere;
  Group unforeseen;
  for (const Library& library : mapped) {
    if (!is_of_pytorch(library.name) || std::ranges::find(predicted, library.path, &Library::path) != predicted.end())
      continue;
    const auto foreseen = std::ranges::find_if(
        predicted, [&](const Library& other) { return library_stem(other.name) == library_stem(library.name); });
    if (foreseen == predicted.end()) {
      // Some are opened when they are first needed, from where the rest stands.
      if (!folders.contains(library.path.parent_path())) unforeseen.add(library);
    } else if (!library.build_id.empty() && library.build_id == foreseen->build_id) {
      elsewhere.add(library);
    } else {
      another_build.add(library);
    }
  }
  std::vector<Finding> findings;
  another_build.report(findings, Finding::Severity::error, "other-build-mapped",
                       "PyTorch runs with another build than the dynamic linker had answered");
  elsewhere.report(findings, Finding::Severity::warning, "mapped-elsewhere",
                   "PyTorch runs with the same build from elsewhere than the dynamic linker had answered");
  unforeseen.report(findings, Finding::Severity::note, "unforeseen-library",
                    "PyTorch opened a library that the dynamic linker had not named");
  return findings;
}

}  // namespace envguard::detect
