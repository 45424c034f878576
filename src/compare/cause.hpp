#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compare/measure.hpp"
#include "compare/substitutes.hpp"
#include "model/cause.hpp"
#include "model/lock.hpp"

namespace envguard::compare {

/// Probes that drifted, and what could be put back.
struct CauseQuestion {
  model::Profile profile = model::Profile::strict;
  std::vector<Substitute> substitutes;   ///< likeliest first
  std::vector<std::string> others;       ///< what differs and cannot be put back, likeliest first
  std::vector<model::ProbeLine> locked;  ///< of the probes that drifted
  std::vector<model::ProbeLine> here;    ///< the same probes, as they drifted
  std::vector<std::string> probes;       ///< to run: their units, or the whole ladder where one depends on the order
};

/// Searches the smallest sets of differences that bring the drift about, one process at a time. First the likeliest
/// difference alone is put back, then all; then delta debugging (Zeller and Hildebrandt, 2002) shrinks what is left set
/// in an otherwise locked environment, and again among the rest, so that several sets that each suffice are all found.
/// Confirmed is what returns every explained probe to the lock when put back, and drifts them alike when it alone is
/// set. `experiments`: the processes of this search so far. One that fails is an answer of its own: neither. Where
/// nothing more may be spent, the answer is what is known so far, never confirmed.
[[nodiscard]] std::variant<Measure, model::Cause> find_cause(const CauseQuestion& question,
                                                             const std::vector<Measured>& experiments, bool may_go_on);

}  // namespace envguard::compare
