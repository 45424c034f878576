#include "cli/laboratory.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace envguard::cli {

void Purse::spend(const model::Run& run) {
  --processes_;
  seconds_ = std::max(0.0, seconds_ - run.seconds);
}

model::Run EngineLaboratory::measure(const std::vector<std::string>& probes) {
  auto plan = plan_;
  plan.probes = probes;
  progress_.start(fmt::format("run {} on {}", ++runs_, plan.device.text()));
  const runner::Watch watch{.progress = [this](const runner::Progress& step) { progress_.show(step); }, .tensor = {}};
  auto run = runner_.run(plan, std::chrono::milliseconds(static_cast<long long>(purse_.left().seconds * 1000)), watch);
  purse_.spend(run);
  progress_.clear();
  return run;
}

}  // namespace envguard::cli
