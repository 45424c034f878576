#include "cli/scene.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "lockfile/policy.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

model::Policy without_policy() {
  model::Policy policy;
  policy.environments = {model::Environment{}};
  return policy;
}

model::Policy policy_from(const std::filesystem::path& path) {
  const auto text = base::read_file(path, base::limits::policy_bytes);
  if (!text) throw Error(ExitCode::usage, "there is no such file", "--config names a policy").at(path.string());
  if (path.filename() != "pyproject.toml") return lockfile::parse_policy(*text, path.string());
  auto policy = lockfile::parse_pyproject(*text, path.string());
  if (!policy) throw Error(ExitCode::usage, "has no [tool.envguard]", "--config names a policy").at(path.string());
  return *std::move(policy);
}

std::string names_of(const std::vector<model::Environment>& environments) {
  std::string names;
  for (const auto& environment : environments) names += (names.empty() ? "" : ", ") + environment.name;
  return names;
}

void read_policy(Scene& scene, const Call& call) {
  if (!call.global.config.empty()) {
    scene.policy = policy_from(call.resolve(call.global.config));
    return;
  }
  if (scene.repository) scene.policy_file = scene.repository->policy(scene.source);
  scene.policy = scene.policy_file ? scene.policy_file->policy : without_policy();
}

}  // namespace

std::filesystem::path Scene::top() const {
  return repository ? repository->top() : std::filesystem::path();
}

std::filesystem::path Scene::folder() const {
  return policy_file ? policy_file->folder : std::filesystem::path();
}

Scene look_around(const Call& call, const repository::Source& source) {
  Scene scene{repository::Repository::find(call.machine.directory, call.machine.environment), {}, {}, source};
  read_policy(scene, call);
  return scene;
}

Scene look_around_without_policy(const Call& call) {
  Scene scene{{}, {}, without_policy(), {}};
  // A work tree may have no .git of its own: a variable names it.
  bool may_be_one = !call.machine.variable("GIT_DIR").empty();
  for (auto folder = call.machine.directory; folder.has_relative_path(); folder = folder.parent_path())
    may_be_one = may_be_one || std::filesystem::exists(folder / ".git");
  if (may_be_one) scene.repository = repository::Repository::find(call.machine.directory, call.machine.environment);
  return scene;
}

Scene open_scene(const Call& call, const repository::Source& source) {
  Scene scene{repository::Repository::open(call.machine.directory, call.machine.environment), {}, {}, source};
  read_policy(scene, call);
  if (!scene.policy_file && call.global.config.empty()) {
    throw Error(ExitCode::usage, fmt::format("there is no envguard.toml in the {}", source.text()), "envguard init")
        .at(scene.top().string());
  }
  return scene;
}

std::vector<model::Environment> environments(const Scene& scene, const std::string& name) {
  const auto& all = scene.policy.environments;
  if (name.empty()) return all;
  for (const auto& environment : all) {
    if (environment.name == name) return {environment};
  }
  throw Error(ExitCode::usage, fmt::format("the policy has no environment \"{}\"", base::visible(name)),
              fmt::format("--environment takes one of: {}", names_of(all)));
}

model::Environment one_environment(const Scene& scene, const std::string& name) {
  const auto found = environments(scene, name);
  if (found.size() == 1) return found.front();
  throw Error(ExitCode::usage, "the policy has several environments and none was named",
              fmt::format("--environment takes one of: {}", names_of(found)));
}

}  // namespace envguard::cli
