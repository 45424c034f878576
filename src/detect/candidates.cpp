#include "detect/candidates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "detect/locate.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;
using Candidates = std::vector<Candidate>;

/// What a variable names; none where it is not set.
Candidates of_variable(const model::Machine& machine, const std::string& name) {
  const std::string value = machine.variable(name);
  if (value.empty()) return {};
  return {{name, fmt::format("{}={}", name, value), clean(machine, value), {}}};
}

Candidates envguard_torch(const model::Machine& machine, const Question&, Search&) {
  return of_variable(machine, "ENVGUARD_TORCH");
}

fs::path project_root(const model::Machine& machine, const Question& question) {
  const fs::path top = question.top.empty() ? machine.directory : question.top;
  return question.environment ? top / question.environment->root : top;
}

Candidates policy_python(const model::Machine& machine, const Question& question, Search&) {
  if (!question.environment || question.environment->python.empty()) return {};
  const auto& environment = *question.environment;
  return {{std::string(policy_rule),
           fmt::format("python = \"{}\" of the policy", environment.python),
           clean(machine, project_root(machine, question) / environment.python),
           {},
           Candidate::Holds::install,
           model::FoundBy::policy}};
}

/// The name of the first of `files` that the folder holds, or empty.
std::string first_of(Search& search, const fs::path& folder, std::initializer_list<const char*> files) {
  for (const char* file : files)
    if (search.has_file(folder / file)) return file;
  return {};
}

Candidate of_project(std::string rule, std::string named, fs::path path) {
  return {std::move(rule), std::move(named), std::move(path), {}, Candidate::Holds::install, model::FoundBy::project};
}

/// uv's own variable, relative to the project, and .venv beside the nearest uv.lock or pyproject.toml; a workspace's
/// member has its .venv beside the lock further up.
Candidates uv(const model::Machine& machine, const Question& question, Search& search) {
  Candidates found;
  const std::string named = machine.variable("UV_PROJECT_ENVIRONMENT");
  for (const fs::path& folder : folders_up(machine, question)) {
    const std::string file = first_of(search, folder, {"uv.lock", "pyproject.toml"});
    if (file.empty()) continue;
    if (!named.empty() && found.empty()) {
      found.push_back(
          of_project("UV_PROJECT_ENVIRONMENT", "UV_PROJECT_ENVIRONMENT=" + named, clean(machine, folder / named)));
      if (fs::path(named).is_absolute()) found.back().found_by = model::FoundBy::machine;
    }
    if (!search.has_folder(folder / ".venv")) continue;
    found.push_back(of_project(".venv beside " + file, (folder / ".venv").string(), folder / ".venv"));
    break;
  }
  return found;
}

Candidates pixi(const model::Machine& machine, const Question& question, Search& search) {
  std::vector<std::string> names{"default"};
  if (question.environment && question.environment->name != "default")
    names.insert(names.begin(), question.environment->name);
  for (const fs::path& folder : folders_up(machine, question))
    for (const std::string& name : names) {
      const fs::path prefix = folder / ".pixi" / "envs" / name;
      if (search.has_folder(prefix)) return {of_project(".pixi/envs/" + name, prefix.string(), prefix)};
    }
  return {};
}

Candidates virtual_env(const model::Machine& machine, const Question&, Search&) {
  Candidates found = of_variable(machine, "VIRTUAL_ENV");
  for (Candidate& candidate : found)
    if (in_hook_manager(machine, candidate.path)) candidate.skip = "a hook manager's own environment";
  return found;
}

bool is_conda_base(const model::Machine& machine, Search& search, const fs::path& prefix) {
  return machine.variable("CONDA_DEFAULT_ENV") == "base" || machine.variable("MAMBA_ROOT_PREFIX") == prefix ||
         search.has_folder(prefix / "condabin");
}

Candidates conda_prefix(const model::Machine& machine, const Question&, Search& search) {
  Candidates found = of_variable(machine, "CONDA_PREFIX");
  for (Candidate& candidate : found)
    if (is_conda_base(machine, search, candidate.path)) candidate.skip = "conda's base comes later";
  return found;
}

Candidates conda_base(const model::Machine& machine, const Question&, Search& search) {
  Candidates found = of_variable(machine, "CONDA_PREFIX");
  if (found.empty() || !is_conda_base(machine, search, found.front().path)) {
    const std::string program = machine.variable("CONDA_EXE");  // <base>/bin/conda
    if (program.empty()) return {};
    found = {{{}, "CONDA_EXE=" + program, clean(machine, program).parent_path().parent_path(), {}}};
  }
  found.front().rule = "conda base";
  return found;
}

Candidates libtorch(const model::Machine& machine, const Question&, Search&) {
  Candidates found = of_variable(machine, "LIBTORCH");
  for (Candidate& candidate : of_variable(machine, "Torch_DIR")) {
    // <LibTorch>/share/cmake/Torch
    candidate.path = candidate.path.parent_path().parent_path().parent_path();
    found.push_back(std::move(candidate));
  }
  return found;
}

Candidates system_libtorch(const model::Machine& machine, const Question&, Search&) {
  Candidates found;
  for (const fs::path& folder : machine.system_libraries)
    found.push_back({"the system's LibTorch", {}, folder, {}, Candidate::Holds::libtorch});
  return found;
}

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      envguard_torch, policy_python,  uv,         pixi,     poetry,          virtual_env,
      conda_prefix,   python_on_path, conda_base, libtorch, system_libtorch, asked_of_python};
  return all;
}

std::vector<Candidate> active_environments(const model::Machine& machine, Search& search) {
  Candidates active = virtual_env(machine, {}, search);
  for (Candidate& candidate : conda_prefix(machine, {}, search)) active.push_back(std::move(candidate));
  std::erase_if(active, [](const Candidate& candidate) { return !candidate.skip.empty(); });
  return active;
}

bool in_hook_manager(const model::Machine& machine, const fs::path& path) {
  const std::string caches = machine.variable("XDG_CACHE_HOME");
  const fs::path cache = caches.empty() ? machine.home / ".cache" : fs::path(caches);
  for (const auto& [variable, name] : {std::pair{"PRE_COMMIT_HOME", "pre-commit"}, std::pair{"PREK_HOME", "prek"}}) {
    const std::string own = machine.variable(variable);
    const fs::path folder = clean(machine, own.empty() ? cache / name : fs::path(own));
    const auto mismatch = std::ranges::mismatch(folder, path);
    if (mismatch.in1 == folder.end()) return true;
  }
  return false;
}

std::vector<fs::path> folders_up(const model::Machine& machine, const Question& question) {
  if (question.highest.empty()) return {};
  std::vector<fs::path> folders;
  const fs::path highest = clean(machine, question.highest);
  for (fs::path folder = clean(machine, project_root(machine, question));; folder = folder.parent_path()) {
    folders.push_back(folder);
    if (folder == highest) return folders;
    if (folder == folder.parent_path()) return {};
  }
}

}  // namespace envguard::detect
