#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/key.hpp"
#include "model/probe.hpp"

namespace envguard::model {

/// An ordered table of a lock: name and value as written.
using Table = std::vector<std::pair<std::string, std::string>>;

/// One line of [strict.LAYER]: the probe's full id and its hash in hex or its status.
using ProbeLine = std::pair<std::string, std::string>;

struct LayerChange {
  std::string layer;
  int moved = 0;
  int of = 0;
  std::string worst{};        ///< the probe that moved most, without its layer
  std::string distance{};     ///< of that probe, "3.1e-07"; empty where none is defined
  std::string drift_class{};  ///< "rounding", "precision", "wrong", "other-stream"; empty where none is known
  friend bool operator==(const LayerChange&, const LayerChange&) = default;
};

/// Against the lock that this one replaced.
struct Change {
  std::vector<std::string> versions;  ///< "torch 2.11.0+cu130 -> 2.15.0+cu132"
  std::vector<std::string> knobs;     ///< "MKL_CBWR unset -> COMPATIBLE"
  std::vector<LayerChange> layers;    ///< only layers in which something moved
  friend bool operator==(const Change&, const Change&) = default;
};

/// `T.toml`: one environment on one kind of hardware.
struct Lock {
  static constexpr int current_schema = 2;
  int schema = current_schema;  ///< as it was read; what is written has the current one
  std::string environment;
  std::string target;
  std::string locked;  ///< UTC day, "2026-11-23"
  std::string reason;
  base::Hash128 id;        ///< fingerprint_id of `strict`
  base::Hash128 evidence;  ///< XXH3-128 of T.evidence
  Table versions;
  Table build;
  Key key;
  Table caches;  ///< CPU locks: recorded, never part of the key
  Table knobs;
  std::optional<Change> change;
  int recipe = 0;
  int runs = 0;
  std::vector<std::string> quarantined;
  std::vector<ProbeLine> strict;  ///< in the recipe's order
  base::Hash128 as_is_id{};       ///< fingerprint_id of `as_is`; zero where it is empty
  std::vector<ProbeLine> as_is;   ///< the same under as-is, hash, status or `by_band`; empty in locks of recipe 1
  Table settings;                 ///< what PyTorch started with under as-is: threads, flags, attention backends
  /// Keys of this schema that this version does not know: dotted path and TOML text, kept when the lock is written
  /// again.
  std::vector<std::pair<std::string, std::string>> unknown;

  [[nodiscard]] const std::string* line(std::string_view probe_id) const;  ///< strict; null where there is none
  [[nodiscard]] const std::vector<ProbeLine>& lines(Profile profile) const {
    return profile == Profile::strict ? strict : as_is;
  }
};

/// What `T.evidence` keeps of one line of the lock.
struct EvidenceRecord {
  Profile profile = Profile::strict;
  std::string id;
  Evidence evidence;  ///< elements == 0 where the line is a status
  /// The largest relative L2 between this result and those of inputs that moved by -1, 0 or +1 ulp, measured when it
  /// was locked. Nothing: none was measured, or none is defined.
  std::optional<double> band;
  friend bool operator==(const EvidenceRecord&, const EvidenceRecord&) = default;
};

/// `T.evidence`: a record per line, strict first, in the lock's order.
struct EvidenceTable {
  std::vector<EvidenceRecord> records;
  [[nodiscard]] const EvidenceRecord* record(std::string_view id, Profile profile = Profile::strict) const;
};

}  // namespace envguard::model
