#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cli/gpu_gate.hpp"
#include "cli/progress.hpp"
#include "inquiry/laboratory.hpp"
#include "model/run.hpp"
#include "runner/runner.hpp"

namespace envguard::cli {

/// What one command may spend on all its measurements together.
class Purse {
 public:
  Purse(int processes, std::chrono::seconds time)
      : processes_(processes), seconds_(static_cast<double>(time.count())) {}
  void spend(const model::Run& run);
  [[nodiscard]] inquiry::Budget left() const { return {processes_, seconds_}; }

 private:
  int processes_;
  double seconds_;
};

/// Fresh engine processes under one plan. `other`: the plan of the PyTorch that --against names; nothing where there is
/// none, and then none may be asked for.
class EngineLaboratory : public inquiry::Laboratory {
 public:
  EngineLaboratory(const runner::Runner& runner, model::Plan plan, std::optional<model::Plan> other, GpuGate& gate,
                   Purse& purse, ProgressLine& progress)
      : runner_(runner),
        plan_(std::move(plan)),
        other_(std::move(other)),
        gate_(gate),
        purse_(purse),
        progress_(progress) {}

  /// Throws as GpuGate::enter. A GPU that was taken after the first process of a profile is a fault of the next.
  [[nodiscard]] model::Run measure(const compare::Measure& wanted) override;
  [[nodiscard]] const model::Plan& plan() const { return plan_; }
  [[nodiscard]] inquiry::Budget left() const override { return purse_.left(); }

 private:
  const runner::Runner& runner_;
  model::Plan plan_;
  std::optional<model::Plan> other_;
  GpuGate& gate_;
  Purse& purse_;
  ProgressLine& progress_;
  int runs_ = 0;
  std::set<model::Profile> begun_;
};

}  // namespace envguard::cli
