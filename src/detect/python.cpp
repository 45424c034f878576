#include "detect/python.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "detect/locate.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

/// "python3.12" of an interpreter, by the file that its links end at; empty where that has another name.
std::string folder_name(const fs::path& interpreter) {
  std::error_code error;
  const std::string name = fs::canonical(interpreter, error).filename().string();
  return name.starts_with("python3.") ? name : std::string();
}

/// "python3.12", "python3.13t" (free-threaded), newest first, and Debian's "python3" last; of one interpreter where
/// `only` names it.
std::vector<std::string> python_folders(Search& search, const fs::path& library, const std::string& only) {
  std::vector<std::string> found;
  for (const std::string& name : search.names(library))
    if (name == "python3" || (name.starts_with("python3.") && (only.empty() || name == only))) found.push_back(name);
  // By length, then by digits: python3.9 is older than python3.10.
  std::ranges::sort(found, std::greater<>{}, [](const std::string& name) { return std::pair(name.size(), name); });
  return found;
}

void append_once(Search& search, std::vector<fs::path>& folders, const fs::path& folder) {
  std::error_code error;
  if (!search.has_folder(folder)) return;
  for (const fs::path& other : folders)
    if (fs::equivalent(other, folder, error)) return;
  folders.push_back(folder);
}

/// Appends the package folders of one prefix; lib64 is often a link to lib.
void append_packages(Search& search, const fs::path& prefix, const std::string& only, std::vector<fs::path>& folders) {
  if (prefix.filename() == "usr") append_packages(search, prefix / "local", only, folders);
  for (const char* library : {"lib", "lib64"})
    for (const std::string& name : python_folders(search, prefix / library, only))
      for (const char* packages : {"site-packages", "dist-packages"})
        append_once(search, folders, prefix / library / name / packages);
}

/// The value of `name = value` in a pyvenv.cfg, or empty.
std::string setting(std::string_view text, std::string_view name) {
  for (const std::string_view line : base::split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || base::trim(line.substr(0, equals)) != name) continue;
    return std::string(base::trim(line.substr(equals + 1)));
  }
  return {};
}

/// The value of `#define PY_VERSION "3.11.7"`.
std::optional<std::string> header_version(std::string_view text) {
  constexpr std::string_view define = "#define PY_VERSION";
  const auto place = text.find(define);
  if (place == std::string_view::npos) return std::nullopt;
  const auto open = text.find('"', place);
  const auto close = open == std::string_view::npos ? open : text.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(open + 1, close - open - 1));
}

/// conda and pixi: conda-meta/python-3.11.7-h955ad1f_0.json.
std::optional<std::string> conda_version(Search& search, const fs::path& prefix) {
  for (const std::string& name : search.names(prefix / "conda-meta")) {
    constexpr std::string_view start = "python-";
    const auto end = name.find('-', start.size());
    if (name.starts_with(start) && end != std::string::npos && name[start.size()] == '3' && name.ends_with(".json"))
      return name.substr(start.size(), end - start.size());
  }
  return std::nullopt;
}

/// "python3.11" of …/lib/python3.11/site-packages; empty where the path has no such folder.
std::string python_folder_of(const fs::path& packages) {
  const std::string name = packages.parent_path().filename().string();
  return name.starts_with("python3.") ? name : std::string();
}

}  // namespace

std::optional<VirtualEnvironment> virtual_environment(Search& search, const fs::path& prefix) {
  const auto text = search.text(prefix / "pyvenv.cfg", base::limits::policy_bytes);
  if (!text) return std::nullopt;
  VirtualEnvironment found{setting(*text, "home"), setting(*text, "version"),
                           setting(*text, "include-system-site-packages") == "true"};
  if (found.version.empty()) found.version = setting(*text, "version_info");  // uv and virtualenv
  return found;
}

fs::path prefix_of(Search& search, const fs::path& interpreter) {
  const fs::path prefix = interpreter.parent_path().parent_path();
  if (search.has_file(prefix / "pyvenv.cfg")) return prefix;
  std::error_code error;
  const fs::path real = fs::canonical(interpreter, error);
  return error ? prefix : real.parent_path().parent_path();
}

std::vector<fs::path> package_folders(const model::Machine& machine, Search& search, const fs::path& prefix,
                                      const fs::path& interpreter) {
  std::vector<fs::path> folders;
  const auto environment = virtual_environment(search, prefix);
  const std::string only = folder_name(interpreter);
  if (!environment && machine.variable("PYTHONNOUSERSITE").empty() && !only.empty()) {
    const std::string base = machine.variable("PYTHONUSERBASE");
    const fs::path root = clean(machine, base.empty() ? machine.home / ".local" : fs::path(base));
    append_once(search, folders, root / "lib" / only / "site-packages");
  }
  append_packages(search, prefix, only, folders);
  if (environment && environment->system_site_packages && environment->home.is_absolute())
    append_packages(search, environment->home.parent_path(), only, folders);
  return folders;
}

Facts python(Search& search, const model::Install& install) {
  if (install.kind == model::Install::Kind::libtorch) return Facts::not_found("python", "a LibTorch folder has none");
  const auto found = [](std::string version, std::string origin) {
    return Facts::found("python", std::move(version), std::move(origin));
  };
  const fs::path packages = install.root.parent_path();
  const std::string folder = python_folder_of(packages);
  if (const auto environment = virtual_environment(search, install.prefix);
      environment && !environment->version.empty())
    return found(environment->version, "pyvenv.cfg");
  if (auto version = conda_version(search, install.prefix)) return found(*version, "conda-meta");
  if (!folder.empty())
    if (const auto header = search.text(install.prefix / "include" / folder / "patchlevel.h"))
      if (auto version = header_version(*header)) return found(*version, "patchlevel.h");
  if (!folder.empty()) return found(folder.substr(std::string_view("python").size()), "name of lib/" + folder);
  return Facts::not_found("python",
                          fmt::format("pyvenv.cfg, conda-meta and lib/python3.* of {}", install.prefix.string()));
}

}  // namespace envguard::detect
