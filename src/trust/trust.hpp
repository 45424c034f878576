#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
#include "git/git.hpp"
#include "model/observed.hpp"

namespace envguard::trust {

/// Opening a library is running it, so an install is opened only if this says nothing against it.
struct Refusal {
  std::string why;   ///< one sentence with the path
  std::string next;  ///< what mends it
};

/// Who asks, and where.
struct Situation {
  git::Git git;                              ///< at the top of the work tree, or in a folder of no repository
  std::optional<std::filesystem::path> top;  ///< of the work tree; nothing: in no repository
  uid_t user = 0;
};

/// Whether this install may be opened. `install` holds its paths **as they were found**, symbolic links unresolved.
/// Inside the repository, however it was chosen: git tracks no file of it (nor a link on the way to it, nor does the
/// submodule or outer repository that holds it), everything of it and on the way to it belongs to the user, and no one
/// else can write it. Outside: what no other repository tracks either, but not where the policy names the place (a link
/// of the user's own that git does not track may lead there). Nothing: it may.
[[nodiscard]] std::optional<Refusal> may_open(const model::Install& install, bool named_by_policy,
                                              const Situation& situation);

/// The same rules for single files: the libraries that would load, those preloaded, an interpreter.
[[nodiscard]] std::optional<Refusal> may_load(const std::vector<std::filesystem::path>& files,
                                              const Situation& situation);

/// The refusal as the failure that ends a command (exit 5).
[[nodiscard]] base::Error untrusted(const Refusal& refusal);

}  // namespace envguard::trust
