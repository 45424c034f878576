#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace envguard::model {

/// One process in which recorded differences were put back as the lock has them, all others left as they are here.
struct Experiment {
  std::vector<std::string> put_back;  ///< names of the differences
  int restored = 0;                   ///< of the probes that drifted: how many gave the locked bits
  int unchanged = 0;                  ///< … the drifted bits; the rest gave others
  std::string fault;                  ///< why it says nothing; empty where it is whole
};

/// Why probes drifted, as far as putting differences back could tell.
struct Cause {
  enum class Certainty {
    confirmed,        ///< put back, every explained probe returns; set again with all else as locked, they drift alike
    consistent_with,  ///< differs, fits, and could not be put back
    undetermined      ///< nothing known differs, or what is known so far does not settle it
  };
  Certainty certainty = Certainty::undetermined;
  std::vector<std::vector<std::string>> sufficient;  ///< each set alone brings the drift about; only where confirmed
  bool separately = false;              ///< there is one set, and each of its members alone moves some of the probes
  bool only_together = false;           ///< there is one set, no member alone moves any, and none can be left out
  int explained = 0;                    ///< probes whose drift the sets account for
  int of = 0;                           ///< probes that drifted
  std::vector<std::string> candidates;  ///< consistent_with: names of what differs, likeliest first
  std::vector<Experiment> experiments;
  bool cut_short = false;  ///< time or processes ran out before it was settled
  std::string what;        ///< in one sentence
};

[[nodiscard]] std::string_view name(Cause::Certainty certainty);  ///< kebab-case

}  // namespace envguard::model
