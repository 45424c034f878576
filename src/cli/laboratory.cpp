#include "cli/laboratory.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/plan.hpp"

namespace envguard::cli {

namespace {

std::string what_is_run(const compare::Measure& wanted, int number, const model::Device& device) {
  if (!wanted.perturb.empty()) return fmt::format("inputs moved by an ulp, on {}", device.text());
  const auto profile = model::name(wanted.profile);
  if (wanted.step == compare::Step{}) return fmt::format("run {} on {}, {}", number, device.text(), profile);
  std::vector<std::string> put_back;
  for (const auto& [name, value] : wanted.step.variables) put_back.push_back(name);
  for (const auto& [name, value] : wanted.step.settings) put_back.push_back(name);
  if (wanted.step.other_install) put_back.emplace_back("the other PyTorch");
  return fmt::format("run {} on {}, {} put back", number, device.text(), fmt::join(put_back, ", "));
}

}  // namespace

void Purse::spend(const model::Run& run) {
  --processes_;
  seconds_ = std::max(0.0, seconds_ - run.seconds);
}

model::Run EngineLaboratory::measure(const compare::Measure& wanted) {
  gate_.enter();
  auto plan = wanted.step.other_install ? other_.value() : plan_;
  plan.probes = wanted.probes;
  if (wanted.profile != plan.profile) plan = runner::under(wanted.profile, std::move(plan));
  for (const auto& [name, value] : wanted.step.settings) runner::set(plan, name, value);
  plan.perturb = wanted.perturb;
  if (!begun_.insert(wanted.profile).second) {
    if (auto fault = gate_.look_again()) {
      model::Run not_started;
      not_started.plan = std::move(plan);
      not_started.fault = std::move(fault);
      return not_started;
    }
  }
  progress_.start(what_is_run(wanted, ++runs_, plan.device));
  const runner::Watch watch{.progress = [this](const runner::Progress& step) { progress_.show(step); }, .tensor = {}};
  auto run = runner_.run(plan, std::chrono::milliseconds(static_cast<long long>(purse_.left().seconds * 1000)), watch,
                         wanted.step.variables);
  purse_.spend(run);
  progress_.clear();
  return run;
}

}  // namespace envguard::cli
