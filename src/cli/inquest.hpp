#pragma once

#include <chrono>
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

  /// Of each judgement that measured or used what was kept, in its order.
  [[nodiscard]] const std::vector<std::vector<model::Run>>& runs() const { return runs_; }
  [[nodiscard]] bool measured() const { return measured_; }

 private:
  using Baselines = std::vector<model::Baseline>;
  [[nodiscard]] std::vector<model::Judgement> ask_for_gpus(const Baselines& baselines);
  void answer_for_gpus(const std::vector<model::Lock>& locks, std::vector<model::Judgement>& judgements) const;
  void judge_at(model::Device device, const Baselines& baselines, std::vector<model::Judgement>& judgements);
  void say_absent(const std::string& why, model::Device device, const Baselines& baselines,
                  std::vector<model::Judgement>& judgements) const;
  void say_unusable(std::vector<model::Judgement>& judgements) const;
  [[nodiscard]] model::Judgement judge_where_idle(const model::Baseline& baseline, model::Device device);
  [[nodiscard]] model::Judgement judge_or_say_why(const model::Baseline& baseline, model::Device device,
                                                  std::chrono::seconds wait);
  [[nodiscard]] model::Judgement judge_one(const model::Baseline& baseline, model::Device device,
                                           std::chrono::seconds wait);
  [[nodiscard]] model::Judgement without_torch(const model::Baseline& baseline) const;
  [[nodiscard]] model::Judgement absent(const model::Baseline& baseline, std::string what) const;
  void note_libraries(const std::vector<model::Run>& runs);
  void say_who_uses(model::Judgement& judgement, model::Device device) const;

  const Call& call_;
  const Scene& scene_;
  const model::Environment& environment_;
  const Question& question_;
  Subject& subject_;
  Purse& purse_;
  Keeper& keeper_;
  std::optional<Subject> against_;
  std::vector<std::vector<model::Run>> runs_;
  bool measured_ = false;
  bool driver_failed_ = false;
};

}  // namespace envguard::cli
