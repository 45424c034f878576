#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "detect/candidates.hpp"
#include "detect/distributions.hpp"
#include "detect/locate.hpp"
#include "detect/python.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t hash_length = 8;  // "-" and eight characters of the project path's SHA-256, then "-py3.11"

/// `name` of [project] or [tool.poetry], by line: enough for a name, and no TOML parser on the way to every answer.
std::string project_name(std::string_view pyproject) {
  bool ours = false;
  for (std::string_view line : base::split(pyproject, '\n')) {
    line = base::trim(line);
    if (line.starts_with("[")) ours = line == "[project]" || line == "[tool.poetry]";
    if (!ours || !line.starts_with("name")) continue;
    const auto open = line.find_first_of("\"'");
    const auto close = open == std::string_view::npos ? open : line.find(line[open], open + 1);
    if (close != std::string_view::npos) return std::string(line.substr(open + 1, close - open - 1));
  }
  return {};
}

/// As poetry's EnvManager.generate_env_name writes it, without the hash.
std::string environment_name(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  std::ranges::replace_if(
      name, [](char letter) { return std::string_view(" $`!*@\"\\\r\n\t").find(letter) != std::string_view::npos; },
      '_');
  return name.substr(0, 42);
}

fs::path environments_folder(const model::Machine& machine) {
  if (const std::string path = machine.variable("POETRY_VIRTUALENVS_PATH"); !path.empty()) return clean(machine, path);
  if (const std::string path = machine.variable("POETRY_CACHE_DIR"); !path.empty())
    return clean(machine, path) / "virtualenvs";
  const std::string caches = machine.variable("XDG_CACHE_HOME");
  return clean(machine, caches.empty() ? machine.home / ".cache" : fs::path(caches)) / "pypoetry" / "virtualenvs";
}

/// "my_project" of "My-Project": what the project's module, and poetry's .pth file for it, are called.
std::string module_name(const std::string& name) {
  std::string module = normalised(name);
  std::ranges::replace(module, '-', '_');
  std::ranges::replace(module, ' ', '_');
  return module;
}

/// Poetry installs the project itself through a .pth file that names its folder.
bool belongs_elsewhere(const model::Machine& machine, Search& search, const fs::path& prefix, const std::string& name,
                       const fs::path& project) {
  for (const fs::path& folder : package_folders(machine, search, prefix, prefix / "bin" / "python3"))
    if (const auto text = search.text(folder / (module_name(name) + ".pth"), base::limits::policy_bytes)) {
      const fs::path named = fs::path(base::trim(*text)).lexically_normal();
      return named != project && named.parent_path() != project;  // or its src folder
    }
  return false;
}

}  // namespace

std::vector<Candidate> poetry(const model::Machine& machine, const Question& question, Search& search) {
  for (const fs::path& project : folders_up(machine, question)) {
    if (!search.has_file(project / "poetry.lock")) continue;
    const std::string name = project_name(search.text(project / "pyproject.toml").value_or(""));
    if (name.empty()) return {};
    const std::string start = environment_name(name) + "-";
    std::vector<Candidate> found;
    const fs::path folder = environments_folder(machine);
    for (const std::string& entry : search.names(folder)) {
      if (!entry.starts_with(start) || entry.find("-py3", start.size()) != start.size() + hash_length) continue;
      if (belongs_elsewhere(machine, search, folder / entry, name, project)) continue;
      found.push_back({"poetry's environment", (folder / entry).string(), folder / entry, {}});
      const auto inside = (folder / entry).lexically_relative(project);
      if (!inside.empty() && *inside.begin() != "..") found.back().found_by = model::FoundBy::project;
    }
    // Two clones of one project have environments of one name and another hash: taking either would be a guess.
    const auto hash = [&](const Candidate& candidate) {
      return candidate.path.filename().string().substr(start.size(), hash_length);
    };
    const bool several =
        std::ranges::any_of(found, [&](const Candidate& other) { return hash(other) != hash(found.front()); });
    for (Candidate& candidate : found)
      if (several) candidate.skip = fmt::format("several poetry environments are named {}*; set ENVGUARD_TORCH", start);
    std::ranges::reverse(found);  // the newest Python first
    return found;
  }
  return {};
}

}  // namespace envguard::detect
