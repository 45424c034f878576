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
  bool reason_needed = true;         ///< `lock --check` writes nothing and asks for none
  std::string today;                 ///< UTC day
  std::vector<std::string> taken{};  ///< names of this environment's locks
};

/// The lock that the runs amount to. `lock.evidence` is not set: whoever writes T.evidence knows its hash.
struct LockCandidate {
  model::Lock lock;
  std::vector<std::pair<std::string, model::Evidence>> evidence;  ///< in the order of lock.strict
  bool changed = true;  ///< false: nothing that the lock records moved and no refresh was asked; keep the file's bytes
  std::optional<model::LockDiff> diff;  ///< against the previous lock
};

using NextForLock = std::variant<Measure, LockCandidate>;

/// What `lock` does next. Pure. Errors: not_judged (no PyTorch, no GPU), usage (the lock of that name is of other
/// hardware; a reason is missing), could_not_measure (a fault, a failed probe, the budget), unstable (more than 10% of
/// the probes wobble). A probe that wobbles, or was quarantined in the previous lock and no refresh was asked, is
/// quarantined.
[[nodiscard]] NextForLock next_for_lock(const std::optional<model::Lock>& previous, const model::Observed& observed,
                                        const model::Policy& policy, const LockQuestion& question, const Runs& runs);

/// The lock of one whole run as it stands, for `diff` against this machine. `quarantined` probes get no line.
[[nodiscard]] model::Lock lock_of(const model::Observed& observed, const model::Policy& policy, const model::Run& run,
                                  const LockQuestion& question, std::vector<std::string> quarantined);

/// The flip rate per run that `runs` identical runs exclude at 95% confidence: 1 - 0.05^(1/runs).
[[nodiscard]] double excluded_flip_rate(int runs);

}  // namespace envguard::compare
