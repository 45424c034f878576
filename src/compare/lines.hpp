#pragma once

#include <string>
#include <vector>

#include "model/lock.hpp"
#include "model/run.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// The ids of one judgement, each list in the ladder's order.
struct ProbeSets {
  std::vector<std::string> judged;  ///< a line in the lock, and a probe here
  std::vector<std::string> only_in_lock, only_here;
  std::vector<std::string> quarantined;  ///< of the lock, and probes here
};
[[nodiscard]] ProbeSets probe_sets(const model::Lock& lock, const std::vector<std::string>& here,
                                   model::Profile profile = model::Profile::strict);

[[nodiscard]] bool contains(const std::vector<std::string>& ids, const std::string& id);

/// The judged lines of a lock or of a run: (id, hash or status).
[[nodiscard]] std::vector<model::ProbeLine> lines(const model::Lock& lock, const std::vector<std::string>& judged,
                                                  model::Profile profile = model::Profile::strict);
[[nodiscard]] std::vector<model::ProbeLine> lines(const model::Run& run, const std::vector<std::string>& judged);

/// Why a run says nothing about numerics: its fault, or one of these probes that failed or gave no result. `exempt`
/// ones may.
[[nodiscard]] std::optional<model::Fault> fault_of(const model::Run& run, const std::vector<std::string>& probes,
                                                   const std::vector<std::string>& exempt);

/// The ids of the probes whose lines differ; both sides hold the same ids in the same order.
[[nodiscard]] std::vector<model::MovedProbe> moved(const std::vector<model::ProbeLine>& locked,
                                                   const std::vector<model::ProbeLine>& here);

/// Per layer, lowest first, how many of the lines moved and which moved most.
[[nodiscard]] std::vector<model::LayerSummary> layer_summaries(const std::vector<model::ProbeLine>& lines,
                                                               const std::vector<model::MovedProbe>& moved);

/// Ids whose line is not the same in all of them, in order.
[[nodiscard]] std::vector<std::string> wobbling(const std::vector<std::vector<model::ProbeLine>>& runs);
[[nodiscard]] int count_distinct(std::vector<std::vector<model::ProbeLine>> runs);

}  // namespace envguard::compare
