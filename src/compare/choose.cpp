#include "compare/choose.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "compare/outcome.hpp"
#include "compare/remedy.hpp"

namespace envguard::compare {

namespace {

std::string hardware_here(const model::Observed& observed, model::DeviceKind device) {
  if (device == model::DeviceKind::cpu) return model::describe(observed.cpu);
  return observed.gpu ? model::describe(*observed.gpu) : "no GPU";
}

/// A name for this machine's target that none of the locks has taken.
std::string free_target_name(const std::vector<model::Lock>& locks, const model::Key& key) {
  const auto name = model::default_target_name(key);
  const auto taken = std::ranges::any_of(locks, [&](const auto& lock) { return lock.target == name; });
  const auto* cpu = std::get_if<model::CpuKey>(&key);
  return taken && cpu != nullptr ? fmt::format("{}-{}", name, cpu->isa) : name;
}

[[noreturn]] void several_fit(const std::vector<std::string>& targets) {
  throw base::Error(base::ExitCode::usage,
                    fmt::format("the locks {} are all of this hardware", fmt::join(targets, ", ")),
                    fmt::format("choose one: envguard check --target {}", targets.front()));
}

}  // namespace

bool fits(const model::Lock& lock, const model::Observed& observed) {
  if (const auto* gpu = std::get_if<model::GpuKey>(&lock.key)) return observed.gpu && *observed.gpu == *gpu;
  return std::get<model::CpuKey>(lock.key) == observed.cpu;
}

std::vector<std::size_t> choose(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                const Wanted& wanted) {
  std::vector<std::size_t> chosen;
  if (!wanted.target.empty()) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < locks.size(); ++i) {
      known.push_back(locks[i].target);
      if (locks[i].target == wanted.target) return {i};
    }
    throw base::Error(base::ExitCode::usage, fmt::format("no lock is named \"{}\"", wanted.target),
                      fmt::format("locks of this environment: {}", fmt::join(known, ", ")));
  }
  for (const auto device : {model::DeviceKind::cuda, model::DeviceKind::cpu}) {
    if (wanted.device && *wanted.device != device) continue;
    std::vector<std::string> targets;
    for (std::size_t i = 0; i < locks.size(); ++i) {
      if (model::device_kind(locks[i].key) != device || !fits(locks[i], observed)) continue;
      targets.push_back(locks[i].target);
      chosen.push_back(i);
    }
    if (targets.size() > 1) several_fit(targets);
  }
  return chosen;
}

model::Judgement not_locked_here(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                 const Wanted& wanted) {
  model::Judgement judgement;
  const auto device = wanted.device.value_or(observed.gpu ? model::DeviceKind::cuda : model::DeviceKind::cpu);
  std::vector<std::string> hardware;
  for (const auto& lock : locks) hardware.push_back(fmt::format("{} ({})", lock.target, model::describe(lock.key)));
  judgement.outcome = model::Outcome::not_locked;
  judgement.exit_code = exit_code(judgement.outcome);
  judgement.environment = locks.front().environment;
  judgement.target = wanted.target;
  judgement.device.kind = device;
  judgement.hardware = hardware_here(observed, device);
  judgement.what = fmt::format("this machine is {}; locked: {}", judgement.hardware, fmt::join(hardware, ", "));
  const bool key_known = device == model::DeviceKind::cpu || observed.gpu.has_value();
  if (key_known) {
    const auto key = device == model::DeviceKind::cpu ? model::Key(observed.cpu) : model::Key(*observed.gpu);
    judgement.accept = accept(judgement.environment, free_target_name(locks, key), judgement.device, observed, true);
  }
  judgement.next = judgement.accept;
  return judgement;
}

}  // namespace envguard::compare
