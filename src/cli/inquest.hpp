#pragma once

#include <optional>
#include <vector>

#include "cli/call.hpp"
#include "cli/judging.hpp"
#include "cli/kept.hpp"
#include "cli/laboratory.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "model/policy.hpp"
#include "model/verdict.hpp"

namespace envguard::cli {

/// One environment's locks judged on this machine, on each device that one of them is of.
class Inquest {
 public:
  /// `subject`: as found without asking for GPUs. Errors: of --against, where it cannot be opened.
  Inquest(const Call& call, const Scene& scene, const model::Environment& environment, const Question& question,
          Subject& subject, Purse& purse, Keeper& keeper);

  /// GPUs first. What cannot be judged is a judgement that says so; only an interruption and a usage error are thrown.
  /// `baselines` is not empty.
  [[nodiscard]] std::vector<model::Judgement> judge(const std::vector<model::Baseline>& baselines);

  /// What the judgements rest on, to be kept with them.
  [[nodiscard]] const Keeper::Basis& basis() const { return basis_; }

 private:
  using Baselines = std::vector<model::Baseline>;
  [[nodiscard]] std::vector<model::Judgement> ask_for_gpus(const Baselines& baselines);
  void judge_at(model::Device device, const Baselines& baselines, std::vector<model::Judgement>& judgements);
  void say_absent(const std::string& why, model::Device device, const Baselines& baselines,
                  std::vector<model::Judgement>& judgements) const;
  void say_unusable(std::vector<model::Judgement>& judgements) const;
  [[nodiscard]] model::Judgement judge_where_idle(const model::Baseline& baseline, model::Device device);
  [[nodiscard]] model::Judgement judge_first_idle(const model::Baseline& baseline, model::Device device);
  [[nodiscard]] model::Judgement judge_or_say_why(const model::Baseline& baseline, model::Device device);
  [[nodiscard]] model::Judgement judge_one(const model::Baseline& baseline, model::Device device);
  [[nodiscard]] model::Judgement without_torch(const model::Baseline& baseline) const;
  [[nodiscard]] model::Judgement not_measured(const model::Baseline& baseline, model::Outcome outcome, std::string what,
                                              std::string next) const;
  [[nodiscard]] model::Judgement with_its_users(model::Judgement judgement, model::Device device) const;
  void note_libraries(const std::vector<model::Run>& runs);

  const Call& call_;
  const Scene& scene_;
  const model::Environment& environment_;
  const Question& question_;
  Subject& subject_;
  Purse& purse_;
  Keeper& keeper_;
  std::optional<Subject> against_;
  Keeper::Basis basis_;
  bool driver_failed_ = false;
};

}  // namespace envguard::cli
