#pragma once

#include <optional>
#include <string>

#include "cli/call.hpp"
#include "cli/measurement.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "compare/diff.hpp"
#include "model/lock.hpp"

namespace envguard::cli {

/// A lock with the evidence beside it.
struct Locked {
  model::Lock lock;
  std::optional<model::EvidenceTable>
      evidence;  ///< nothing: not there, or not the one that the lock pins; then there are no distances

  [[nodiscard]] compare::LockSide side() const { return {lock, evidence ? &*evidence : nullptr}; }
};

/// Error lock_unreadable, at `place`.
[[nodiscard]] Locked locked(const std::string& text, const std::string& place,
                            const std::optional<std::string>& evidence);

/// This machine as a lock of this environment and target would hold it, of one run of each profile; runs that a check
/// kept count where everything they rested on is unchanged. `quarantined` probes get no line. Error could_not_measure.
[[nodiscard]] Locked locked_here(const Call& call, const Scene& scene, const Subject& subject, model::Device device,
                                 const model::Lock& like, Purse& purse);

}  // namespace envguard::cli
