#include "detect/cuda.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/elf.hpp"
#include "detect/cuda_library.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

/// nvidia-cudnn-cu13 is nvidia-cudnn; since CUDA 13 some have no suffix.
bool is_wheel(const std::string& name, std::string_view wheel) {
  return name == wheel || (name.starts_with(wheel) && name.compare(wheel.size(), 3, "-cu") == 0);
}

std::optional<ToldVersion> from_metadata(Search& search, const Distribution& wheel, std::string_view remark) {
  auto version = metadata_version(search, wheel);
  if (!version) return std::nullopt;
  return ToldVersion{std::move(*version), fmt::format("METADATA of {}{}", wheel.name, remark)};
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

std::optional<ToldVersion> version_of(Search& search, const KnownLibrary& known,
                                      const std::vector<RecordedLibrary>& recorded, const fs::path& path) {
  for (const bool copies : {false, true})
    if (const RecordedLibrary* library = owner(recorded, path, copies))
      if (auto told = from_metadata(search, *library->distribution,
                                    copies ? fmt::format(", the same build as {}", path.string()) : std::string()))
        return told;
  return version_of_file(known, path);
}

/// libcudnn.so answers with the version of the libcudnn_graph.so that it opens.
void tell_cudnn(std::vector<model::CudaLibrary>& libraries) {
  const auto front = std::ranges::find(libraries, "cudnn", &model::CudaLibrary::component);
  const auto graph = std::ranges::find(libraries, "cudnn_graph", &model::CudaLibrary::component);
  if (front == libraries.end() || graph == libraries.end() || !front->version.empty()) return;
  front->version = graph->version;
  front->origin = graph->origin;
}

model::Component as_component(const KnownLibrary& known, ToldVersion told) {
  return {std::string(known.locked), std::move(told.version), std::move(told.origin)};
}

Facts installed_only(Search& search, const KnownLibrary& known, const std::vector<Distribution>& installed) {
  std::vector<const Distribution*> wheels;
  for (const Distribution& distribution : installed)
    if (is_wheel(distribution.name, known.wheel)) wheels.push_back(&distribution);
  if (wheels.size() == 1)
    if (auto told = from_metadata(search, *wheels.front(), ", as installed"))
      return Facts::found(as_component(known, std::move(*told)));
  if (!known.expected && wheels.empty()) return {};
  std::string wanted = fmt::format("METADATA of {}*", known.wheel);
  if (wheels.size() > 1) wanted += ", of which several are installed";
  return Facts::not_found(std::string(known.locked), std::move(wanted));
}

Facts loaded(const KnownLibrary& known, const std::vector<model::CudaLibrary>& libraries, const Listing& listing) {
  const auto library = std::ranges::find(libraries, known.component, &model::CudaLibrary::component);
  if (library == libraries.end())
    return known.expected
               ? Facts::not_found(std::string(known.locked), fmt::format("what loads with {}", listing.opened))
               : Facts();
  if (library->version.empty())
    return Facts::not_found(std::string(known.locked),
                            fmt::format("METADATA, file name and constants of {}", library->path.string()));
  return Facts::found(as_component(known, {library->version, library->origin}));
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

std::vector<model::CudaLibrary> cuda_libraries(Search& search, const std::vector<RecordedLibrary>& recorded,
                                               const Listing& listing) {
  std::vector<model::CudaLibrary> found;
  for (const model::Library& library : listing.libraries) {
    const KnownLibrary* known = known_library(library.name);
    if (known == nullptr) continue;
    const auto component =
        known == &cudnn_part() ? library_stem(library.name).substr(std::string_view("lib").size()) : known->component;
    const auto told = version_of(search, *known, recorded, library.path).value_or(ToldVersion());
    found.push_back({std::string(component), told.version, told.origin, library.path, library.build_id});
  }
  tell_cudnn(found);
  return found;
}

Facts cuda(Search& search, const std::vector<Distribution>& installed, const std::vector<model::CudaLibrary>& libraries,
           const Listing* listing, bool built_with_cuda) {
  Facts facts;
  for (const KnownLibrary& known : known_libraries()) {
    if (known.locked.empty()) continue;
    if (!built_with_cuda) {
      if (known.expected) facts.absent.push_back({std::string(known.locked), "torch/version.py: built without CUDA"});
    } else if (!listing || !listing->failure.empty()) {
      facts += installed_only(search, known, installed);
    } else {
      facts += loaded(known, libraries, *listing);
    }
  }
  return facts;
}

}  // namespace envguard::detect
