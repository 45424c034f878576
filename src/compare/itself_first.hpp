#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compare/measure.hpp"
#include "model/lock.hpp"

namespace envguard::compare {

/// The most whole ladders that telling a drift from a flip asks for.
inline constexpr int most_ladders = 5;

/// What is asked of `itself_first`. `ladder`: every probe of a whole run; `judged`: those of them with a line in the
/// lock, in the same order.
struct Ladder {
  model::Profile profile = model::Profile::strict;
  std::vector<std::string> probes;
  std::vector<model::ProbeLine> locked;  ///< (id, line) of the judged ones
};

/// What this machine makes of each judged probe, over fresh processes in one order. Each list in the ladder's order.
struct Steadiness {
  std::vector<std::string> drifted;          ///< not the lock's, and the same in every process
  std::vector<std::string> order_dependent;  ///< of those: something else when the other units did not run before it
  std::vector<std::string> transient;        ///< one process of five differed from the lock
  std::vector<std::string> unstable;         ///< this machine disagrees with itself
  int distinct_results = 1;                  ///< among whole runs
};

/// Itself first: a probe that is not the lock's is a drift only if it repeats. A is a whole ladder, and B where a line
/// of A is not the lock's. A probe that is the lock's in one of them only needs three whole ladders more: all the
/// lock's is a transient, anything else unstable. One that neither repeats nor is the lock's is unstable; two more
/// ladders count its results. One that repeats is run once more with the failing units alone: the same again is a
/// drift; otherwise a third whole ladder tells whether it depends on what ran before, or is unstable. `runs`: so far,
/// all of them whole in the sense of model::Run.
[[nodiscard]] std::variant<Measure, Steadiness> itself_first(const Ladder& ladder, const std::vector<Measured>& runs);

/// The probes of every unit that holds one of `ids`, in the ladder's order.
[[nodiscard]] std::vector<std::string> whole_units(const std::vector<std::string>& ladder,
                                                   const std::vector<std::string>& ids);

}  // namespace envguard::compare
