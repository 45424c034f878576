#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

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

/// Fresh engine processes under one plan.
class EngineLaboratory : public inquiry::Laboratory {
 public:
  EngineLaboratory(const runner::Runner& runner, model::Plan plan, Purse& purse, ProgressLine& progress)
      : runner_(runner), plan_(std::move(plan)), purse_(purse), progress_(progress) {}

  [[nodiscard]] model::Run measure(const std::vector<std::string>& probes) override;
  [[nodiscard]] inquiry::Budget left() const override { return purse_.left(); }

 private:
  const runner::Runner& runner_;
  model::Plan plan_;
  Purse& purse_;
  ProgressLine& progress_;
  int runs_ = 0;
};

}  // namespace envguard::cli
