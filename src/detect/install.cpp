#include "detect/install.hpp"

#include "detect/locate.hpp"
#include "detect/python.hpp"
#include "detect/torch.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr const char* library_name = "libtorch.so";

/// The folder with libtorch.so: of the package, or, as conda-forge splits it, of the prefix. Without one, the
/// package's.
fs::path library_folder(Search& search, const fs::path& root, const fs::path& prefix) {
  for (const fs::path& folder : {root / "lib", root / "lib64", prefix / "lib"})
    if (search.has_file(folder / library_name)) return folder;
  return root / "lib";
}

/// The prefix that a site-packages folder belongs to: …/lib/python3.11/site-packages. A folder that stands alone is its
/// own.
fs::path prefix_of_packages(const fs::path& packages) {
  const fs::path python = packages.parent_path();
  const std::string library = python.parent_path().filename().string();
  if (python.filename().string().starts_with("python3") && (library == "lib" || library == "lib64"))
    return python.parent_path().parent_path();
  return packages;
}

std::optional<model::Install> package(Search& search, const fs::path& root, const fs::path& prefix) {
  const auto text = search.text(root / "version.py", base::limits::policy_bytes);
  if (!text) return std::nullopt;
  const std::string version = assigned(*text, "__version__").value_or("");
  if (version.empty()) return std::nullopt;
  return model::Install{
      model::Install::Kind::site_packages, root, library_folder(search, root, prefix), prefix, {}, version};
}

std::optional<model::Install> in_package_folder(Search& search, const fs::path& folder, const fs::path& prefix) {
  return package(search, folder / "torch", prefix);
}

}  // namespace

fs::path clean(const model::Machine& machine, const fs::path& path) {
  const fs::path whole = (machine.directory / path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();  // a trailing slash
}

std::optional<model::Install> libtorch_at(Search& search, const fs::path& root, const fs::path& library) {
  if (!search.has_file(library / library_name)) return std::nullopt;
  const auto version = libtorch_version(search, root, library);
  return model::Install{model::Install::Kind::libtorch, root, library, root, {}, version ? version->version : ""};
}

std::optional<model::Install> locate(const model::Machine& machine, Search& search, const fs::path& path) {
  if (search.has_file(path)) {
    const fs::path prefix = prefix_of(search, path);
    for (const fs::path& folder : package_folders(machine, search, prefix, path))
      if (auto found = in_package_folder(search, folder, prefix)) return found;
    return std::nullopt;
  }
  if (!search.has_folder(path)) return std::nullopt;
  // The package itself, the folder that it lies in, a prefix, a LibTorch folder.
  if (auto found = package(search, path, prefix_of_packages(path.parent_path()))) return found;
  if (auto found = in_package_folder(search, path, prefix_of_packages(path))) return found;
  for (const fs::path& folder : package_folders(machine, search, path, path / "bin" / "python3"))
    if (auto found = in_package_folder(search, folder, path)) return found;
  for (const char* library : {"lib", "lib64"})
    if (auto found = libtorch_at(search, path, path / library)) return found;
  return std::nullopt;
}

Located install_at(const model::Machine& machine, const fs::path& path, std::string rule) {
  Search search;
  Located located{locate(machine, search, clean(machine, path)), {}};
  if (located.install) located.install->rule = std::move(rule);
  located.sightings = search.sightings();
  return located;
}

std::optional<fs::path> site_packages(const model::Install& install) {
  if (install.kind == model::Install::Kind::libtorch) return std::nullopt;
  return install.root.parent_path();
}

}  // namespace envguard::detect
