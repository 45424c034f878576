#include "process/environment.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/work_tree.hpp"

namespace envguard::process {

namespace {

/// A bare name, too: it is looked for in LD_LIBRARY_PATH.
bool may_be_the_repositorys(std::string_view entry) {
  return !entry.starts_with('/') || base::lies_in_a_work_tree(entry);
}

std::string without_the_repositorys(std::string_view list, std::string_view separators) {
  std::string kept;
  while (!list.empty()) {
    const auto end = list.find_first_of(separators);
    const auto entry = list.substr(0, end);
    if (!may_be_the_repositorys(entry)) kept.append(kept.empty() ? "" : ":").append(entry);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return kept;
}

constexpr std::array<std::string_view, 18> git_local{
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_TOPLEVEL",
    "GIT_QUARANTINE_PATH",
};

}  // namespace

std::span<const std::string_view> observers() {
  static constexpr std::array<std::string_view, 10> names{"LD_AUDIT",
                                                          "INTEL_LIBITTNOTIFY64",
                                                          "INTEL_LIBITTNOTIFY32",
                                                          "INTEL_JIT_PROFILER64",
                                                          "INTEL_JIT_PROFILER32",
                                                          "NVTX_INJECTION64_PATH",
                                                          "NVTX_INJECTION32_PATH",
                                                          "CUDA_INJECTION64_PATH",
                                                          "CUDA_INJECTION32_PATH",
                                                          "OMP_TOOL_LIBRARIES"};
  return names;
}

bool is_git_local(std::string_view name) {
  return std::ranges::find(git_local, name) != git_local.end() || name.starts_with("GIT_CONFIG");
}

Layer git_removal(const model::EnvironmentMap& environment) {
  Layer layer{"kept from children", {}};
  for (const auto& [name, value] : environment) {
    if (is_git_local(name) || name.starts_with("ENVGUARD_")) layer.variables.emplace_back(name, std::nullopt);
  }
  return layer;
}

Environment merge(const model::EnvironmentMap& caller, const std::vector<Layer>& layers) {
  std::map<std::string, model::Variable> variables;
  for (const auto& [name, value] : caller) variables[name] = {name, value, "caller"};
  for (const auto& layer : layers) {
    for (const auto& [name, value] : layer.variables) variables[name] = {name, value, layer.origin};
  }
  Environment merged;
  for (auto& [name, variable] : variables) {
    if (variable.value) merged.variables[name] = *variable.value;
    merged.origins.push_back(std::move(variable));
  }
  return merged;
}

model::EnvironmentMap without_repository_libraries(model::EnvironmentMap environment) {
  for (const auto& [name, separators] :
       {std::pair("LD_LIBRARY_PATH", ":;"), std::pair("LD_PRELOAD", ": "), std::pair("LD_AUDIT", ":")}) {
    const auto found = environment.find(name);
    if (found == environment.end()) continue;
    found->second = without_the_repositorys(found->second, separators);
    if (found->second.empty()) environment.erase(found);
  }
  return environment;
}

model::EnvironmentMap without_git(const model::EnvironmentMap& environment) {
  return merge(environment, {git_removal(environment)}).variables;
}

}  // namespace envguard::process
