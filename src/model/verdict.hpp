#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/cause.hpp"
#include "model/difference.hpp"
#include "model/lock.hpp"
#include "model/observed.hpp"
#include "model/policy.hpp"
#include "model/run.hpp"

namespace envguard::model {

/// The lock that is compared with, and where it was read.
struct Baseline {
  Lock lock;
  std::optional<EvidenceTable> evidence;  ///< nothing: `evidence_note` says why
  std::string evidence_note;
  std::string source;  ///< "index", "work tree", "commit 1a2b3c4", or the file's path
};

enum class Outcome {
  match,
  version_drift,
  numeric_drift,
  unstable,
  transient,
  not_locked,  ///< locks exist, none for this hardware
  no_torch,
  no_gpu,
  gpu_busy,
  could_not_measure,
  untrusted,
  lock_unreadable,
  usage,
  too_few_computed,  ///< equal, and less was computed than `least-computed` of the policy asks for
};
[[nodiscard]] std::string_view name(Outcome outcome);  ///< kebab-case

/// What was found under one profile.
struct Numerics {
  base::Hash128 locked_id{}, id{};
  std::vector<LayerSummary> layers;                  ///< of all judged probes, lowest layer first
  std::vector<MovedProbe> moved;                     ///< lowest layer first
  std::optional<Cause> cause;                        ///< of a drift
  std::vector<std::string> order_dependent;          ///< of the moved ones: they depend on what ran before them
  std::vector<std::string> transient;                ///< ids that differed from the lock in one process of five
  std::vector<std::string> unstable;                 ///< ids that this machine disagrees with itself about
  int distinct_results = 0;                          ///< of whole runs, where some are unstable
  std::vector<std::string> only_in_lock, only_here;  ///< recipes differ
  int runs = 0;                                      ///< processes under the machine's own settings
  int unsupported = 0, not_deterministic = 0;        ///< judged probes with this status here and in the lock

  /// Judged probes that were computed here and when locked, and are equal (bits, or within the band of a line that is
  /// judged by it).
  [[nodiscard]] int identical() const;
};

/// What was found for one lock. Its own numerics are those of the strict profile.
struct Judgement : Numerics {
  Outcome outcome = Outcome::match;
  base::ExitCode exit_code = base::ExitCode::match;  ///< after the policy's [commit] or [ci]
  std::optional<Response> response;                  ///< set where [commit] or [ci] decided
  std::string environment, target;
  Device device;
  std::string hardware;            ///< describe() of the lock's key
  std::optional<Install> install;  ///< the PyTorch that was judged
  std::string source;              ///< Baseline::source
  std::optional<Numerics> as_is;   ///< nothing: not locked, or not measured since strict had moved already
  std::vector<Difference> differences;
  std::vector<std::string> quarantined;  ///< run and not judged
  double seconds = 0;
  std::string suspect;            ///< of a GPU's drift: "cuBLAS moved: …", where lower layers tell; else empty
  std::string what;               ///< one sentence for people, where there is no drift to describe
  std::string next;               ///< what to do
  std::vector<std::string> undo;  ///< commands that put back what differs; words that start with "#" where none does
  std::string accept;             ///< the command that locks what is measured here
  std::vector<std::string> notes;
  bool kept = false;     ///< told from a kept verdict, not measured now
  std::string measured;  ///< UTC time of the measurement, ISO 8601
};

/// The answer of one check.
struct Verdict {
  static constexpr int schema = 1;
  Outcome outcome = Outcome::match;  ///< of the judgement that decided
  base::ExitCode exit_code = base::ExitCode::match;
  std::vector<Judgement> judgements;  ///< GPU first
  std::vector<Finding> findings;      ///< of detection, warnings and errors only
};

}  // namespace envguard::model
