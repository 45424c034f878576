#include "detect/contradictions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/elf.hpp"
#include "base/text.hpp"
#include "knowledge/rules.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;
using knowledge::cite;
using model::Finding;
using Severity = Finding::Severity;

constexpr std::size_t most_named = 3;

/// "libcudnn_cnn.so.9, libcudnn_graph.so.9, libcudnn_ops.so.9 and 4 more".
std::string some_of(const std::vector<std::string>& names) {
  const auto shown = std::min(names.size(), most_named);
  const std::string list = fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<long>(shown), ", "));
  return base::visible(names.size() == shown ? list : fmt::format("{} and {} more", list, names.size() - shown));
}

std::string folders_of(const std::set<fs::path>& folders) {
  std::vector<std::string> texts;
  for (const fs::path& folder : folders) texts.push_back(base::visible(folder.string()));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What loads from the wrong place: names, places, and whether every one is the build that stands in the right place.
struct Strays {
  std::vector<std::string> names;
  std::set<fs::path> folders;
  bool same_build = true;

  void add(const model::Library& library, const fs::path& own) {
    names.push_back(library.name);
    folders.insert(library.path.parent_path());
    same_build = same_build && !library.build_id.empty() && library.build_id == base::build_id(own);
  }
};

constexpr const char* mend_path = "# take that folder out of LD_LIBRARY_PATH (or out of /etc/ld.so.conf.d)";

/// The folders in which an install keeps CUDA libraries of its own.
std::vector<fs::path> own_folders(const model::Install& install) {
  std::vector<fs::path> folders{install.library};
  std::error_code error;
  if (fs::is_directory(install.prefix / "conda-meta", error)) folders.push_back(install.prefix / "lib");
  if (install.kind == model::Install::Kind::libtorch) return folders;
  for (fs::directory_iterator entry(install.root.parent_path() / "nvidia", error), end; !error && entry != end;
       entry.increment(error))
    if (entry->is_directory(error)) folders.push_back(entry->path() / "lib");
  return folders;
}

/// 13 of the libcudart.so.13 that is asked for; 0: unknown.
unsigned cuda_major(const Listing& listing) {
  std::vector<std::string> names = listing.missing;
  for (const model::Library& library : listing.libraries) names.push_back(library.name);
  constexpr std::string_view runtime = "libcudart.so.";
  for (const std::string_view name : names)
    if (name.starts_with(runtime))
      if (const auto version = knowledge::Dotted::parse(name.substr(runtime.size()))) return version->number(0);
  return 0;
}

/// The command that brings what is missing, where it is few wheels and all are known.
std::string mend_missing(const model::Install& install, const Listing& listing) {
  if (install.kind == model::Install::Kind::libtorch)
    return "# put the folder of these libraries on LD_LIBRARY_PATH, in the versions that LibTorch was built with";
  std::set<std::string> wheels;
  bool all = !listing.missing.empty();
  for (const std::string& name : listing.missing) {
    const auto wheel = knowledge::wheel_of(name, cuda_major(listing));
    all = all && wheel;
    if (wheel) wheels.insert(base::shell_quote(*wheel));
  }
  if (!all || wheels.size() > most_named)
    return "# install the nvidia wheels that torch depends on (pip check names them)";
  return fmt::format("pip install {}", fmt::join(wheels, " "));
}

}  // namespace

std::vector<Finding> stray_cudnn(const Listing& listing) {
  const auto front = std::ranges::find_if(
      listing.libraries, [](const model::Library& library) { return library.name.starts_with("libcudnn.so."); });
  if (front == listing.libraries.end()) return {};
  const fs::path folder = front->path.parent_path();
  Strays strays;
  for (const model::Library& library : listing.libraries)
    if (library.name.starts_with("libcudnn_") && library.path.parent_path() != folder)
      strays.add(library, folder / library.name);
  if (strays.names.empty()) return {};
  return {cite(
      "cudnn-late-libraries",
      {strays.same_build ? Severity::warning : Severity::error, "stray-cudnn",
       fmt::format("{} would load cuDNN's parts from another folder than its own ({}): {}.", front->name,
                   strays.same_build ? "the same build, today" : "another build; its version number will not show it",
                   some_of(strays.names)),
       folders_of(strays.folders), mend_path})};
}

std::vector<Finding> second_cuda(const model::Install& install, const Listing& listing) {
  const auto folders = own_folders(install);
  Strays strays;
  for (const model::Library& library : listing.libraries) {
    const bool part_of_cudnn = library.name.starts_with("libcudnn_");
    const bool of_nvidia =
        library.name.starts_with("libcu") || library.name.starts_with("libnv") || library.name.starts_with("libnccl");
    // Of two copies in folders of the install's own, either is its own.
    if (!of_nvidia || part_of_cudnn || std::ranges::find(folders, library.path.parent_path()) != folders.end())
      continue;
    for (const fs::path& folder : folders) {
      std::error_code error;
      const fs::path own = folder / library.name;
      if (!fs::exists(own, error) || fs::equivalent(own, library.path, error)) continue;
      strays.add(library, own);
      break;
    }
  }
  if (strays.names.empty()) return {};
  return {cite("one-cuda",
               {strays.same_build ? Severity::warning : Severity::error, "second-cuda",
                fmt::format("{} CUDA {} would load instead of the install's own ({}): {}.", strays.names.size(),
                            strays.names.size() == 1 ? "library" : "libraries",
                            strays.same_build ? "the same builds, today" : "other builds", some_of(strays.names)),
                folders_of(strays.folders), mend_path})};
}

std::vector<Finding> not_as_recorded(const std::vector<RecordedLibrary>& recorded) {
  std::map<fs::path, std::vector<const RecordedLibrary*>> by_path;
  for (const RecordedLibrary& library : recorded) by_path[library.path].push_back(&library);
  std::map<const Distribution*, std::vector<std::string>> changed;
  std::vector<Finding> findings;
  std::set<std::pair<std::string, std::string>> shared;
  for (const auto& [path, wheels] : by_path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    const bool fits =
        std::ranges::any_of(wheels, [&](const RecordedLibrary* wheel) { return !error && wheel->size == size; });
    if (!fits) changed[wheels.front()->distribution].push_back(path.filename().string());
    if (wheels.size() < 2) continue;
    shared.emplace(wheels[0]->distribution->name, wheels[1]->distribution->name);
  }
  for (const auto& [wheel, names] : changed)
    findings.push_back(cite(
        "wheel-record", {Severity::error, "library-not-as-recorded",
                         fmt::format("{} of {} {} gone or of another size than its RECORD says: {}.",
                                     names.size() == 1 ? "A library" : fmt::format("{} libraries", names.size()),
                                     wheel->name, names.size() == 1 ? "is" : "are", some_of(names)),
                         wheel->folder.string(),
                         fmt::format("pip install --force-reinstall --no-deps {}=={}", wheel->name, wheel->version)}));
  for (const auto& [one, other] : shared)
    findings.push_back(
        cite("wheel-record",
             {Severity::error, "wheels-overwrite-each-other",
              fmt::format("{} and {} install the same files; the later one overwrote the other.", one, other),
              by_path.begin()->second.front()->distribution->folder.parent_path().string(),
              "# uninstall both, then install the one that torch asks for"}));
  return findings;
}

std::vector<Finding> unusable(const model::Install& install, const Listing& listing) {
  std::error_code error;
  if (!fs::exists(install.library / "libtorch.so", error))
    return {
        {Severity::error, "torch-without-libraries",
         fmt::format("torch {} has no libtorch.so: nothing can be measured with it.", base::visible(install.version)),
         install.library.string(), "# install it again; a source tree is no install"}};
  const bool python = install.kind == model::Install::Kind::site_packages;
  if (!listing.failure.empty())
    return {
        cite("torch-libraries",
             {Severity::error, "torch-does-not-open",
              fmt::format("This torch cannot be opened: {}{}.", base::visible(listing.failure),
                          python && !listing.missing.empty() ? "; in Python, `import torch` raises ImportError" : ""),
              install.library.string(), mend_missing(install, listing)})};
  if (listing.missing.empty()) return {};
  return {cite("torch-libraries", {Severity::note, "cuda-libraries-missing",
                                   fmt::format("Only the CPU part opens: {} {} nowhere{}.", some_of(listing.missing),
                                               listing.missing.size() == 1 ? "is" : "are",
                                               python ? "; in Python, `import torch` raises ImportError" : ""),
                                   install.library.string(), mend_missing(install, listing)})};
}

}  // namespace envguard::detect
