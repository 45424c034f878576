#pragma once

#include <optional>
#include <string>

#include "model/lock.hpp"

namespace envguard::cli {

/// A lock as its two files hold it.
struct LockOnDisk {
  model::Lock lock;
  std::optional<model::EvidenceTable> evidence;  ///< nothing: `evidence_problem` says why
  std::string evidence_problem;                  ///< "h200.evidence is missing"
};

/// The one way in which a command reads a lock. `text`: of T.toml, `evidence`: of T.evidence, nothing where there is
/// none. Error lock_unreadable, at `place` or at the evidence beside it: the lock cannot be read, is not whole, or pins
/// evidence that no measurement gives.
[[nodiscard]] LockOnDisk read_lock(const std::string& text, const std::string& place,
                                   const std::optional<std::string>& evidence);

}  // namespace envguard::cli
