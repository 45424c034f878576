#include "detect/pyenv.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/number.hpp"
#include "base/text.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

/// The first word of the first line that is no comment.
std::string first_version(std::string_view text) {
  for (std::string_view line : base::split(text, '\n')) {
    line = base::trim(line);
    if (!line.empty() && line.front() != '#') return std::string(line.substr(0, line.find_first_of(" \t")));
  }
  return {};
}

/// PYENV_VERSION, .python-version upwards from the working directory, <root>/version, in pyenv's order.
std::string chosen_version(const model::Machine& machine, Search& search, const fs::path& root) {
  if (std::string named = machine.variable("PYENV_VERSION"); !named.empty()) return named.substr(0, named.find(':'));
  for (fs::path folder = machine.directory;; folder = folder.parent_path()) {
    if (const auto text = search.text(folder / ".python-version", base::limits::policy_bytes))
      if (auto version = first_version(*text); !version.empty()) return version;
    if (folder == folder.parent_path()) break;
  }
  const auto text = search.text(root / "version", base::limits::policy_bytes);
  const std::string version = text ? first_version(*text) : std::string();
  return version.empty() ? "system" : version;
}

/// "3.11" stands for the newest installed 3.11.x, as pyenv's version-name resolves it.
std::string newest_of(Search& search, const fs::path& versions, const std::string& prefix) {
  std::string newest;
  long long best = -1;
  for (const std::string& name : search.names(versions)) {
    if (!name.starts_with(prefix + ".")) continue;
    const auto patch = base::parse_integer(std::string_view(name).substr(prefix.size() + 1));
    if (patch && *patch > best) {
      best = *patch;
      newest = name;
    }
  }
  return newest;
}

}  // namespace

std::optional<Shim> pyenv_shim(const model::Machine& machine, Search& search, const fs::path& program) {
  if (program.parent_path().filename() != "shims") return std::nullopt;
  const fs::path root = program.parent_path().parent_path();
  const auto script = search.text(program, base::limits::policy_bytes);
  if (!script || script->find("pyenv\" exec") == std::string::npos) return std::nullopt;
  std::string version = chosen_version(machine, search, root);
  if (version == "system") return Shim{};
  if (!base::is_plain_name(version)) return std::nullopt;
  const fs::path versions = root / "versions";
  if (!search.has_folder(versions / version)) version = newest_of(search, versions, version);
  const fs::path interpreter = versions / version / "bin" / "python3";
  if (version.empty() || !search.has_file(interpreter)) return std::nullopt;
  return Shim{interpreter};
}

}  // namespace envguard::detect
