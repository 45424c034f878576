#include "hook/fast_path.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "git/git.hpp"
#include "hook/manners.hpp"
#include "manifest/store.hpp"

namespace envguard::hook {
namespace {

constexpr std::string_view policy_name = "envguard.toml";
constexpr std::string_view project_name = "pyproject.toml";
constexpr std::string_view lock_folder = "envguard.lock.d";

const git::Entry* find(const std::vector<git::Entry>& entries, std::string_view path) {
  const auto entry = std::find_if(entries.begin(), entries.end(), [path](const auto& e) { return e.path == path; });
  return entry == entries.end() ? nullptr : &*entry;
}

// Step (1). A pyproject.toml that does not even name envguard has no [tool.envguard].
bool has_no_policy(const git::Git& git, const std::vector<git::Entry>& entries) {
  if (find(entries, policy_name)) return false;
  const auto* project = find(entries, project_name);
  if (!project || !project->is_file()) return true;
  const auto text = git.blobs({*project}, {base::limits::policy_bytes}, base::ExitCode::usage).front();
  return text && text->find("envguard") == std::string::npos;
}

std::vector<manifest::Input> inputs(const std::vector<git::Entry>& entries, std::string_view folder) {
  std::vector<manifest::Input> found;
  for (const auto& entry : entries)
    if (entry.path.starts_with(folder)) found.emplace_back(entry.path, entry.id);
  return found;
}

// The policy's own files, as repository::PolicyFile::inputs lists them.
std::vector<manifest::Input> policy_inputs(const std::vector<git::Entry>& entries) {
  std::vector<manifest::Input> found;
  for (const auto& entry : entries)
    if (entry.is_file() && (entry.path == policy_name || entry.path == project_name))
      found.emplace_back(entry.path, entry.id);
  return found;
}

// Step (3).
std::optional<Pass> kept_match(const model::Machine& machine, const std::vector<git::Entry>& entries) {
  const manifest::Store store(machine.cache, std::filesystem::canonical(machine.directory));
  const auto directory = store.directory();
  const auto policy = policy_inputs(entries);
  if (!directory || directory->environments.empty() || directory->policy != policy) return std::nullopt;
  const auto now = machine.now();
  Pass pass;
  for (const auto& environment : directory->environments) {
    const auto kept = store.find(environment);
    auto rested_on = policy;
    const auto locks = inputs(entries, fmt::format("{}/{}/", lock_folder, environment));
    rested_on.insert(rested_on.end(), locks.begin(), locks.end());
    if (!kept || kept->outcome != "match" || kept->exit_code != 0) return std::nullopt;
    if (manifest::outdated(*kept, rested_on, machine, now)) return std::nullopt;
    if (!pass.line.empty()) pass.line += '\n';
    pass.line += manifest::hit_line(*kept, now);
  }
  return pass;
}

}  // namespace

std::optional<Pass> pass(const model::Machine& machine) {
  try {
    const git::Git git(machine.directory, machine.environment);
    const auto entries =
        git.index_entries({std::string(policy_name), std::string(project_name), std::string(lock_folder)});
    const bool conflict =
        std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.stage != 0; });
    if (conflict) return std::nullopt;
    if (has_no_policy(git, entries)) return Pass{};
    if (in_ci(machine.environment)) return std::nullopt;
    return kept_match(machine, entries);
  } catch (const base::Error& error) {
    if (error.code() == base::ExitCode::interrupted) throw;
    return std::nullopt;  // `envguard hook run` meets the same failure and says it
  }
}

}  // namespace envguard::hook
