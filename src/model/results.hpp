#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/verdict.hpp"

namespace envguard::model {

/// What tells two locks apart: two locks, two revisions of one, or a lock and this machine. In `differences`, `locked`
/// is the older side and `here` the newer one.
struct LockDiff {
  enum class Kind { changed, added, removed };
  Kind kind = Kind::changed;
  std::string environment, target;
  std::string older, newer;  ///< what the sides are called: "HEAD~1", "work tree", "here"
  std::string older_hardware, newer_hardware;
  bool same_key = true;  ///< false: not the same hardware; what moved is no verdict
  base::Hash128 older_id{}, newer_id{};
  std::string older_locked, newer_locked;  ///< UTC days; empty for a side that is no file
  std::string reason;                      ///< of the newer side
  std::vector<Difference> differences;
  std::vector<LayerSummary> layers;  ///< of the probes on both sides, lowest layer first
  std::vector<MovedProbe> moved;
  std::vector<LayerSummary> as_is_layers;  ///< the same of the as-is profile
  std::vector<MovedProbe> as_is_moved;
  std::vector<std::string> only_older, only_newer;  ///< probes on one side only
  std::vector<std::string> quarantined_older, quarantined_newer;

  /// Nothing that a lock records differs (dates and reasons aside).
  [[nodiscard]] bool same() const {
    return kind == Kind::changed && same_key && older_id == newer_id && differences.empty() && moved.empty() &&
           as_is_moved.empty() && only_older.empty() && only_newer.empty() && quarantined_older == quarantined_newer;
  }
};

/// What `lock` did, or with `--check` would do.
struct LockResult {
  enum class Action { written, unchanged, would_write, would_stay };
  Action action = Action::written;
  Lock lock;
  std::string path;               ///< of T.toml, as people would type it
  std::optional<LockDiff> diff;   ///< against the lock that it replaces; nothing: the first
  int band_rounds = 0;            ///< perturbed rounds of the run that measured the bands
  double flip_rate_excluded = 0;  ///< at 95%: `runs` identical runs exclude a flip rate above this
  double seconds = 0;
};

struct StatusRow {
  enum class State { current, older_recipe, missing, unreadable };
  State state = State::current;
  std::string environment, target;
  std::string path;
  std::string hardware, torch, locked, reason;
  std::optional<base::Hash128> id;
  int probes = 0, runs = 0, quarantined = 0;
  bool required = false;
  bool fits_here = false;  ///< its key is this machine's
  std::string note;        ///< why it is unreadable
};

/// `status`: every environment x target.
struct Status {
  std::vector<StatusRow> rows;
  std::vector<std::string> notes;  ///< "pre-commit hook: installed"
};

/// `fingerprint`: one measurement without a lock.
struct Fingerprint {
  Device device;
  std::string hardware;
  Install install;
  int recipe = 0;
  Profile profile = Profile::strict;
  base::Hash128 id{};
  std::vector<ProbeLine> lines;  ///< in the recipe's order
  std::vector<Knob> knobs;
  double seconds = 0;
};

}  // namespace envguard::model
