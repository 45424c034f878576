#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compare/next.hpp"
#include "model/results.hpp"

namespace envguard::compare {

struct LockQuestion {
  std::string environment, target;
  model::Device device;
  std::string reason;  ///< empty: none given
  int runs = 5;        ///< identical fresh processes wanted
  bool refresh = false;
  bool writes = true;                ///< `lock --check` does not: it asks for no reason and measures no band
  std::string today;                 ///< UTC day
  std::vector<std::string> taken{};  ///< names of this environment's locks
  std::optional<model::EvidenceTable> previous_evidence{};  ///< of the lock that is there; nothing: it has none
};

/// The lock that the runs amount to. `lock.evidence` is not set: whoever writes T.evidence knows its hash.
struct LockCandidate {
  model::Lock lock;
  std::vector<model::EvidenceRecord> evidence;  ///< in the order of lock.strict
  /// False: nothing that the lock records moved, its evidence is whole, and no refresh was asked; keep the files'
  /// bytes.
  bool changed = true;
  std::optional<model::LockDiff> diff;  ///< against the previous lock
};

using NextForLock = std::variant<Measure, LockCandidate>;

/// Rounds of one process in which every input element moves by at most one ulp: a band is the farthest of them.
inline constexpr int band_rounds = 19;

/// What `lock` does next: the runs asked for, then, where something changed, one process that perturbs. Pure. Errors:
/// not_judged (no PyTorch, no GPU), usage (the lock of that name is of other hardware; a reason is missing),
/// could_not_measure (a fault, a failed probe, the budget), unstable (more than 10% of the probes wobble, or would be
/// quarantined; an as-is probe is computed in one process and not in another). A probe that
/// wobbles, or was quarantined in the previous lock and no refresh was asked, is quarantined.
[[nodiscard]] NextForLock next_for_lock(const std::optional<model::Lock>& previous, const model::Observed& observed,
                                        const model::Policy& policy, const LockQuestion& question, const Runs& runs);

/// One process that measures the bands of a device's ladder.
[[nodiscard]] Measure perturbed(model::DeviceKind kind, model::Profile profile);

/// The most processes that `lock` asks for: as many runs of each profile, and one of each that perturbs.
[[nodiscard]] int processes_of_lock(int runs);

/// The lock of one whole run as it stands, for `diff` against this machine; `as_is_run` may be null. `quarantined`
/// probes get no line.
[[nodiscard]] model::Lock lock_of(const model::Observed& observed, const model::Policy& policy, const model::Run& run,
                                  const model::Run* as_is_run, const LockQuestion& question,
                                  std::vector<std::string> quarantined);

/// The flip rate per run that `runs` identical runs exclude at 95% confidence: 1 - 0.05^(1/runs).
[[nodiscard]] double excluded_flip_rate(int runs);

}  // namespace envguard::compare
