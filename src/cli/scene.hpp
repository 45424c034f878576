#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/call.hpp"
#include "model/policy.hpp"
#include "repository/repository.hpp"

namespace envguard::cli {

/// The repository and the policy that a command stands on. Without a policy there is one environment, "default".
struct Scene {
  std::optional<repository::Repository> repository;
  std::optional<repository::PolicyFile> policy_file;
  model::Policy policy;
  repository::Source source;

  [[nodiscard]] std::filesystem::path top() const;
  /// Where the policy lies, relative to the top; its locks lie beside it.
  [[nodiscard]] std::filesystem::path folder() const;
};

/// In no repository, or in one without a policy: a scene without one.
[[nodiscard]] Scene look_around(const Call& call, const repository::Source& source = {});

/// For --lock: git is asked only where a `.git` is seen going up or GIT_DIR is set, for what may be opened there; no
/// policy counts.
[[nodiscard]] Scene look_around_without_policy(const Call& call);

/// For a command that needs both. Error usage where one is missing, with the command that makes it.
[[nodiscard]] Scene open_scene(const Call& call, const repository::Source& source = {});

/// The environments of the policy: all, or the one named. Error usage for a name that the policy has not.
[[nodiscard]] std::vector<model::Environment> environments(const Scene& scene, const std::string& name);
/// The same for a command that works on one. Error usage where there are several and none is named.
[[nodiscard]] model::Environment one_environment(const Scene& scene, const std::string& name);

}  // namespace envguard::cli
