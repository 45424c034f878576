#include "detect/libraries.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/elf.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "detect/linker.hpp"
#include "detect/search.hpp"
#include "detect/torch.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr const char* whole_library = "libtorch.so";
constexpr const char* cpu_library = "libtorch_cpu.so";

/// `cuda_libs` of torch/__init__.py: the wheel's folder and the library, in torch's order.
struct Preload {
  std::string_view folder, stem;
  bool until_2_14 = false;  ///< dropped from torch 2.15 on
};

constexpr std::array<Preload, 16> preloaded_by_torch{{{"cublas", "libcublasLt.so."},
                                                      {"cublas", "libcublas.so."},
                                                      {"cudnn", "libcudnn.so."},
                                                      {"cuda_nvrtc", "libnvrtc.so."},
                                                      {"cuda_nvrtc", "libnvrtc-builtins.so."},
                                                      {"cuda_runtime", "libcudart.so."},
                                                      {"cuda_cupti", "libcupti.so."},
                                                      {"cufft", "libcufft.so."},
                                                      {"curand", "libcurand.so.", true},
                                                      {"nvjitlink", "libnvJitLink.so."},
                                                      {"cusparse", "libcusparse.so."},
                                                      {"cusparselt", "libcusparseLt.so."},
                                                      {"cusolver", "libcusolver.so."},
                                                      {"nccl", "libnccl.so."},
                                                      {"nvshmem", "libnvshmem_host.so."},
                                                      {"cufile", "libcufile.so."}}};

/// The first file of torch's pattern `STEM*[0-9]`.
std::optional<fs::path> first_file(Search& search, const fs::path& folder, std::string_view stem) {
  for (const std::string& name : search.names(folder))
    if (name.starts_with(stem) && name.back() >= '0' && name.back() <= '9') return folder / name;
  return std::nullopt;
}

/// (2, 15) of "2.15.0+cu132".
std::pair<int, int> major_minor(std::string_view version) {
  const auto number = [](std::string_view text) {
    int value = 0;
    for (const char digit : text.substr(0, text.find_first_not_of("0123456789"))) value = value * 10 + (digit - '0');
    return value;
  };
  const auto dot = version.substr(0, 8).find('.');
  if (dot == std::string_view::npos) return {0, 0};
  return {number(version), number(version.substr(dot + 1, 4))};
}

/// What glibc would map over its own code is not shown to it (bug 22851), whoever it belongs to.
std::optional<std::string> damaged(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    const base::ElfFile elf(file);
    if (elf.may_be_library() && !elf.valid()) return fmt::format("{} is a damaged ELF file", file.filename().string());
  }
  return std::nullopt;
}

LinkerAnswer ask_for(const model::Machine& machine, const model::Install& install, const char* library,
                     bool with_library_path = true) {
  auto files = preloads(install);
  files.push_back(install.library / library);
  if (auto why = damaged(files)) return {{}, *std::move(why)};
  const fs::path directory = install.kind == model::Install::Kind::libtorch ? install.root : install.root.parent_path();
  return ask(machine, {files.back(), {files.begin(), files.end() - 1}, directory, with_library_path});
}

/// The sub-libraries that libcudnn.so opens late, by bare name, under its own DT_RUNPATH of $ORIGIN (tried: cuDNN 9.19;
/// pytorch#188892): first in LD_LIBRARY_PATH, else beside it.
std::vector<Resolved> late_cudnn(const model::Machine& machine, const std::vector<Resolved>& loaded) {
  const auto front = std::ranges::find_if(loaded, [](const Resolved& library) {
    return library.name.starts_with("libcudnn.so.") && !library.path.empty();
  });
  if (front == loaded.end()) return {};
  const std::string end = front->name.substr(std::string_view("libcudnn").size());  // ".so.9"
  std::vector<Resolved> found;
  Search search;
  for (const std::string& name : search.names(front->path.parent_path())) {
    if (!name.starts_with("libcudnn_") || !name.ends_with(end)) continue;
    if (std::ranges::find(loaded, name, &Resolved::name) != loaded.end()) continue;
    auto folders = library_path(machine);
    folders.push_back(front->path.parent_path());
    for (const fs::path& folder : folders) {
      std::error_code error;
      if (!fs::is_regular_file(folder / name, error)) continue;
      found.push_back({name, fs::canonical(folder / name, error)});
      break;
    }
  }
  return found;
}

/// libcaffe2_nvrtc.so is opened when the first kernel is compiled, and brings libnvrtc where nothing preloaded it.
std::vector<Resolved> late_nvrtc(const model::Machine& machine, const model::Install& install,
                                 const std::vector<Resolved>& loaded, bool with_library_path) {
  const auto is_nvrtc = [](const Resolved& library) { return library.name.starts_with("libnvrtc"); };
  std::error_code error;
  if (std::ranges::any_of(loaded, is_nvrtc) || !fs::is_regular_file(install.library / "libcaffe2_nvrtc.so", error))
    return {};
  auto late = ask_for(machine, install, "libcaffe2_nvrtc.so", with_library_path).libraries;
  std::erase_if(late, [&](const Resolved& library) { return !is_nvrtc(library) || library.path.empty(); });
  return late;
}

struct Answer {
  std::string opened;
  std::vector<Resolved> libraries;
  std::vector<std::string> missing;
  std::string failure;
};

Answer ask_all(const model::Machine& machine, const model::Install& install, bool with_library_path) {
  Answer answer{whole_library, {}, {}, {}};
  LinkerAnswer linker = ask_for(machine, install, whole_library, with_library_path);
  for (const Resolved& library : linker.libraries)
    if (library.path.empty()) answer.missing.push_back(library.name);
  if (!answer.missing.empty()) {
    answer.opened = cpu_library;
    linker = ask_for(machine, install, cpu_library, with_library_path);
  }
  answer.failure = linker.failure;
  for (const Resolved& library : linker.libraries)
    if (answer.failure.empty() && library.path.empty())
      answer.failure = fmt::format("{} needs {}, which is nowhere", answer.opened, library.name);
  answer.libraries = std::move(linker.libraries);
  std::erase_if(answer.libraries, [](const Resolved& library) { return library.path.empty(); });
  for (Resolved& library : late_nvrtc(machine, install, answer.libraries, with_library_path))
    answer.libraries.push_back(std::move(library));
  return answer;
}

}  // namespace

std::vector<fs::path> preloads(const model::Install& install) {
  if (install.kind == model::Install::Kind::libtorch) return {};
  Search search;
  const fs::path packages = install.root.parent_path();
  const std::string text = search.text(install.root / "version.py", base::limits::policy_bytes).value_or("");
  const std::string cuda = assigned(text, "cuda").value_or("None");
  if (cuda == "None") return {};
  const bool few = major_minor(install.version) < std::pair(2, 10);
  const bool tolerant = major_minor(install.version) >= std::pair(2, 15);
  std::vector<fs::path> found;
  for (const Preload& library : preloaded_by_torch) {
    if (tolerant && library.until_2_14) continue;
    if (few && library.folder != "cuda_nvrtc" && library.folder != "nvjitlink") continue;
    std::optional<fs::path> file;
    for (const fs::path& folder :
         {packages / "nvidia" / library.folder / "lib",
          packages / "nvidia" / ("cu" + cuda.substr(0, cuda.find('.'))) / "lib", packages / library.folder / "lib"})
      if (!file) file = first_file(search, folder, library.stem);
    if (file) found.push_back(*file);
    // Before 2.15 the first absence raised, and the rest stayed unopened.
    else if (!tolerant)
      break;
  }
  return found;
}

Listing would_load(const model::Machine& machine, const model::Install& install) {
  Answer answer = ask_all(machine, install, true);
  for (Resolved& library : late_cudnn(machine, answer.libraries)) answer.libraries.push_back(std::move(library));
  Listing listing{std::move(answer.opened), {}, std::move(answer.missing), std::move(answer.failure), {}};
  for (Resolved& library : answer.libraries)
    listing.libraries.push_back({std::move(library.name), library.path, base::build_id(library.path)});
  if (machine.variable("LD_LIBRARY_PATH").empty()) return listing;
  auto without = ask_all(machine, install, false).libraries;
  model::Machine plain = machine;
  plain.environment.erase("LD_LIBRARY_PATH");
  for (Resolved& library : late_cudnn(plain, without)) without.push_back(std::move(library));
  for (const model::Library& library : listing.libraries)
    if (std::ranges::none_of(without, [&](const Resolved& other) { return other.path == library.path; }))
      listing.through_library_path.push_back(library.name);
  return listing;
}

}  // namespace envguard::detect
