#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/cache.hpp"
#include "cli/call.hpp"
#include "cli/laboratory.hpp"
#include "cli/scene.hpp"
#include "manifest/manifest.hpp"
#include "manifest/store.hpp"
#include "model/verdict.hpp"
#include "trust/seen.hpp"

namespace envguard::cli {

/// Kept Runs first, fresh processes for the rest; remembers every run it gave.
class KeptLaboratory : public inquiry::Laboratory {
 public:
  /// `state`: of the machine, under which Runs were kept; nothing: measure.
  KeptLaboratory(EngineLaboratory& engine, const cache::Cache& cache, std::string build,
                 std::optional<base::Hash128> state)
      : engine_(engine), cache_(cache), build_(std::move(build)), state_(state) {}

  [[nodiscard]] model::Run measure(const compare::Measure& wanted) override;
  [[nodiscard]] inquiry::Budget left() const override { return engine_.left(); }
  /// Those under the machine's own settings: what put a difference back is never kept.
  [[nodiscard]] const std::vector<model::Run>& runs() const { return runs_; }
  [[nodiscard]] bool measured() const { return measured_; }
  [[nodiscard]] bool used_kept() const { return used_kept_; }

 private:
  EngineLaboratory& engine_;
  const cache::Cache& cache_;
  std::string build_;
  std::optional<base::Hash128> state_;
  std::vector<model::Run> runs_;
  bool measured_ = false, used_kept_ = false;
};

/// How much of what was kept a check may use, and may keep.
enum class Keeping {
  nothing,             ///< --no-cache, CI
  runs,                ///< another install, policy or revision than the default one: Runs are used
  runs_and_stand_ins,  ///< a part of the default question: the kept verdict also stands in for a GPU that is busy
  runs_and_verdict,    ///< the default question
};

/// The kept verdict and Runs of one environment of one work tree.
class Keeper {
 public:
  Keeper(const Call& call, const Scene& scene, std::string environment, Keeping keeping);

  /// The kept verdict of the default question, where everything it rested on is unchanged and cache-for has not passed.
  [[nodiscard]] std::optional<model::Verdict> find(const std::vector<manifest::Input>& inputs) const;
  /// The same for a GPU that is busy: however old it is.
  [[nodiscard]] std::optional<model::Verdict> find_stand_in(const std::vector<manifest::Input>& inputs) const;

  /// Before anything of the machine is looked at: what changes from now on is not rested on.
  void begin();
  /// Before measuring: the state that the measurement will rest on.
  void rest_on(const model::Observed& observed, const trust::Searched& searched);
  /// The state under which Runs were kept, where it is still the machine's and young enough.
  [[nodiscard]] std::optional<base::Hash128> kept_state() const;
  [[nodiscard]] const cache::Cache& cache() const { return cache_; }
  /// When what is kept was measured, for a verdict that rests on kept Runs alone.
  [[nodiscard]] std::optional<manifest::Time> kept_time() const;

  /// What a verdict rests on.
  struct Basis {
    std::vector<std::vector<model::Run>> runs;  ///< of each judgement that measured or used what was kept
    bool measured = false, used_kept = false;
    bool leaves_gpus_out = false;  ///< locks of GPUs that a commit is to be asked about
    bool on_mig = false;  ///< a MIG instance may be made anew with another profile and leave no trace that is seen
  };
  /// After judging: keeps the verdict and the Runs of each judgement where the outcome is one that may be kept; what
  /// rests on kept Runs in part stays as old as they are. A measurement that drifted or wobbled, --no-cache and CI
  /// included, takes away what was kept before it.
  void keep(const model::Verdict& verdict, const std::vector<manifest::Input>& inputs, const Basis& basis) const;

 private:
  [[nodiscard]] bool usable() const;
  [[nodiscard]] std::optional<model::Verdict> kept_verdict(const std::vector<manifest::Input>& inputs,
                                                           manifest::Time now) const;

  const Call& call_;
  const Scene& scene_;
  std::string environment_;
  Keeping keeping_;
  cache::Cache cache_;
  std::optional<manifest::Store> store_;
  std::optional<manifest::Manifest> kept_;
  manifest::State before_;
  manifest::Time started_;
};

}  // namespace envguard::cli
