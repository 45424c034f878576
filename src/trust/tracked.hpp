#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "trust/trust.hpp"

namespace envguard::trust {

/// What git holds of some paths, or why that cannot be told.
struct Tracked {
  enum class Where { index, head, unknown };
  Where where = Where::index;
  std::filesystem::path path;                                  ///< relative to the repository
  std::filesystem::path repository;                            ///< top of its work tree
  base::Error failure{base::ExitCode::could_not_measure, ""};  ///< where `unknown`
};

/// The first of these absolute, resolved paths that some repository holds: the one that the situation is in, and every
/// other that a path lies in. A repository is asked for its index as the caller's variables name it, for its own index
/// without them, and for the commit that is checked out: a file that was untracked a moment ago still holds the
/// committed bytes. Nothing: none holds any.
[[nodiscard]] std::optional<Tracked> tracked(const std::set<std::filesystem::path>& paths, const Situation& situation);

}  // namespace envguard::trust
