#include "report/doctor_libraries.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace envguard::report {

namespace {

constexpr std::size_t most_named = 4;

/// "cudart 13.0.96".
std::string versioned(const model::CudaLibrary& library) {
  return library.version.empty() ? library.component : library.component + " " + library.version;
}

bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return !folder.empty() && std::ranges::mismatch(folder, path).in1 == folder.end();
}

bool is_of_install(const std::filesystem::path& path, const model::Install& install) {
  return is_below(path, install.root.parent_path()) || is_below(path, install.prefix);
}

constexpr std::string_view part_of_cudnn = "cudnn_";

/// cuDNN's parts stand behind it where they are of its version, which they are unless somebody mixed two of them.
std::vector<std::string> without_parts(const std::vector<model::CudaLibrary>& libraries) {
  std::vector<std::string> named;
  std::size_t parts = 0;
  const auto front = std::ranges::find(libraries, "cudnn", &model::CudaLibrary::component);
  for (const auto& library : libraries) {
    const bool part =
        library.component.starts_with(part_of_cudnn) && front != libraries.end() && library.version == front->version;
    parts += part ? 1 : 0;
    if (!part) named.push_back(versioned(library));
  }
  const auto shown = std::ranges::find(named, front == libraries.end() ? "" : versioned(*front));
  if (parts > 0 && shown != named.end()) *shown += fmt::format(" with its {} parts", parts);
  return named;
}

}  // namespace

void put_cuda_libraries(Page& page, const model::Observed& observed) {
  std::vector<model::CudaLibrary> own;
  std::map<std::filesystem::path, std::vector<model::CudaLibrary>> others;
  for (const auto& library : observed.cuda_libraries) {
    const bool of_install = observed.install && is_of_install(library.path, *observed.install);
    (of_install ? own : others[library.path.parent_path()]).push_back(library);
  }
  std::string label = "CUDA";
  if (!own.empty()) {
    page.row(label, {listed(without_parts(own), own.size()), {" of this install", Tone::faint}});
    label.clear();
  }
  for (const auto& [folder, libraries] : others) {
    page.row(label, {listed(without_parts(libraries), libraries.size()), {" of " + folder.string(), Tone::warning}});
    label.clear();
  }
  label = "toolkit";
  for (const auto& toolkit : observed.toolkits) {
    page.row(label,
             {toolkit.version + " ", {fmt::format("({}; PyTorch loads none of it)", toolkit.origin), Tone::faint}});
    label.clear();
  }
}

void put_libraries(Page& page, const model::Observed& observed) {
  if (observed.libraries.empty() || !observed.install) return;
  std::size_t own = 0;
  std::map<std::filesystem::path, std::vector<std::string>> others;
  for (const model::Library& library : observed.libraries) {
    if (is_of_install(library.path, *observed.install))
      ++own;
    else
      others[library.path.parent_path()].push_back(library.name);
  }
  page.row("would load", {fmt::format("{} of this install ", counted(own, "file")),
                          {"(asked of the dynamic linker; nothing was opened)", Tone::faint}});
  for (const auto& [folder, names] : others)
    page.row("", {fmt::format("{} of {} ", names.size(), folder.string()),
                  {fmt::format("({})", listed(names, most_named)), Tone::faint}});
}

}  // namespace envguard::report
