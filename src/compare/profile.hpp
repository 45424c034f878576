#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compare/itself_first.hpp"
#include "compare/lines.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// One profile of one lock.
class ProfileOfLock {
 public:
  /// `evidence` may be null. Lines that a band judges need it: without it they are not judged. All must outlive it.
  ProfileOfLock(model::Profile profile, const model::Lock& lock, const model::EvidenceTable* evidence);

  [[nodiscard]] const ProbeSets& sets() const { return sets_; }
  [[nodiscard]] bool empty() const { return sets_.judged.empty(); }
  /// How many lines need the evidence to be judged, and have none.
  [[nodiscard]] std::size_t not_judged() const { return not_judged_; }

  /// Leaves out what one side could not start at all: machine code that envguard brings along needs a driver new enough
  /// and a build with nvcc, and neither speaks of what the GPU computes. `run`: any of this profile.
  void leave_out_unstartable(const model::Run& run);

  /// What this machine is asked next under the profile, why it cannot be measured, or what was found. `runs`: those of
  /// this profile. `differences`: where to look for the cause of a drift. Where nothing more may be spent a cause stays
  /// unsettled; whether a Measure may still be asked is the caller's to see.
  [[nodiscard]] std::variant<Measure, model::Fault, model::Numerics> judge(
      std::vector<Measured> runs, const std::vector<model::Difference>& differences,
      const std::vector<std::string>& recent_transients, bool may_go_on, bool against) const;

  /// What a run shows against the lock, not confirmed by any other.
  [[nodiscard]] model::Numerics glance(const model::Run& run) const;

 private:
  [[nodiscard]] Ladder ladder() const;
  void judge_by_band(model::Run& run) const;
  [[nodiscard]] std::optional<model::Fault> fault(const Measured& measured) const;

  model::Profile profile_;
  const model::Lock& lock_;
  const model::EvidenceTable* evidence_;
  std::vector<std::string> probes_;
  ProbeSets sets_;
  std::size_t not_judged_ = 0;
  std::vector<model::ProbeLine> locked_;
};

}  // namespace envguard::compare
