#include "compare/choose.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "compare/gpus.hpp"
#include "compare/outcome.hpp"
#include "compare/places.hpp"
#include "compare/remedy.hpp"

namespace envguard::compare {

namespace {

std::string hardware_here(const model::Observed& observed, model::DeviceKind device) {
  if (device == model::DeviceKind::cpu) return model::describe(observed.cpu);
  return observed.gpu ? model::describe(*observed.gpu) : "no GPU";
}

std::vector<std::string> targets_of(const std::vector<model::Lock>& locks) {
  std::vector<std::string> targets;
  for (const auto& lock : locks) targets.push_back(lock.target);
  return targets;
}

/// What sets this hardware apart from another of the same default name.
std::string distinction(const model::Key& key) {
  if (const auto* cpu = std::get_if<model::CpuKey>(&key)) return cpu->isa;
  return fmt::format("{}sm", std::get<model::GpuKey>(key).sm_count);
}

std::string check_command(const std::string& environment) {
  if (environment == "default") return "envguard check";
  return "envguard check --environment " + base::shell_quote(environment);
}

/// The hook takes no --target, so that there one of the two has to go.
[[noreturn]] void several_fit(const std::string& environment, const std::vector<std::string>& targets) {
  const auto file = [&](std::string_view ending) {
    return base::shell_quote(fmt::format("envguard.lock.d/{}/{}.{}", environment, targets.back(), ending));
  };
  throw base::Error(
      base::ExitCode::usage, fmt::format("the locks {} are all of this hardware", fmt::join(targets, ", ")),
      fmt::format("choose one here: {} --target {}\nor keep one, as the hook needs it: git rm {} {}",
                  check_command(environment), base::shell_quote(targets.front()), file("toml"), file("evidence")));
}

/// Where a GPU was asked for and there is none: the lock of this CPU can be judged all the same.
std::string next_without_gpu(const std::vector<model::Lock>& locks, const model::Observed& observed) {
  const bool cpu_fits = std::ranges::any_of(locks, [&](const auto& lock) { return fits(lock, observed); });
  const auto on_cpu = check_command(locks.front().environment) + " --device cpu";
  if (!cpu_fits) return "envguard doctor";
  return shows_nvidia(observed) ? "envguard doctor\nor the locks of the CPU alone: " + on_cpu : on_cpu;
}

std::string this_machine(const model::Observed& observed, model::DeviceKind device) {
  if (device == model::DeviceKind::cpu || observed.gpu) return "this machine is " + hardware_here(observed, device);
  if (!shows_nvidia(observed)) return "this machine has no GPU";
  const auto why = observed.devices ? why_no_gpu(*observed.devices) : std::string("the driver was not asked");
  return "no GPU computes here: " + base::visible(why);
}

/// What two keys of one kind have in common, what counts most first.
std::array<bool, 4> in_common(const model::Key& key, const model::Observed& observed) {
  if (const auto* cpu = std::get_if<model::CpuKey>(&key)) {
    const auto& here = observed.cpu;
    return {cpu->vendor == here.vendor, cpu->isa == here.isa, cpu->family == here.family, cpu->model == here.model};
  }
  const auto& gpu = std::get<model::GpuKey>(key);
  const auto here = observed.gpu.value_or(model::GpuKey{});
  return {gpu.compute_capability == here.compute_capability, gpu.gpu == here.gpu, gpu.sm_count == here.sm_count,
          gpu.mig_profile == here.mig_profile};
}

}  // namespace

std::optional<std::size_t> nearest(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                   model::DeviceKind device) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < locks.size(); ++i) {
    if (model::device_kind(locks[i].key) != device) continue;
    if (!found || in_common(locks[*found].key, observed) < in_common(locks[i].key, observed)) found = i;
  }
  return found;
}

std::string free_target_name(const std::vector<std::string>& taken, const model::Key& key) {
  const auto is_taken = [&](const std::string& name) { return std::ranges::find(taken, name) != taken.end(); };
  const auto short_name = model::default_target_name(key);
  const auto long_name = short_name + "-" + distinction(key);
  auto name = is_taken(short_name) ? long_name : short_name;
  for (int number = 2; is_taken(name); ++number) name = fmt::format("{}-{}", long_name, number);
  return name;
}

bool fits(const model::Lock& lock, const model::Observed& observed) {
  if (const auto* gpu = std::get_if<model::GpuKey>(&lock.key)) return observed.gpu && *observed.gpu == *gpu;
  return std::get<model::CpuKey>(lock.key) == observed.cpu;
}

std::vector<std::size_t> choose(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                const Wanted& wanted) {
  std::vector<std::size_t> chosen;
  if (!wanted.target.empty()) {
    for (std::size_t i = 0; i < locks.size(); ++i) {
      if (locks[i].target == wanted.target) return {i};
    }
    throw base::Error(base::ExitCode::usage, fmt::format("no lock is named \"{}\"", wanted.target),
                      fmt::format("locks of this environment: {}", fmt::join(targets_of(locks), ", ")));
  }
  for (const auto device : {model::DeviceKind::cuda, model::DeviceKind::cpu}) {
    if (wanted.device && *wanted.device != device) continue;
    std::vector<std::string> targets;
    for (std::size_t i = 0; i < locks.size(); ++i) {
      if (model::device_kind(locks[i].key) != device || !fits(locks[i], observed)) continue;
      targets.push_back(locks[i].target);
      chosen.push_back(i);
    }
    if (targets.size() > 1) several_fit(locks.front().environment, targets);
  }
  return chosen;
}

model::Judgement not_locked_here(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                 const Wanted& wanted) {
  model::Judgement judgement;
  const auto device = wanted.device.value_or(observed.gpu ? model::DeviceKind::cuda : model::DeviceKind::cpu);
  std::vector<std::string> hardware;
  for (const auto& lock : locks) hardware.push_back(fmt::format("{} ({})", lock.target, model::describe(lock.key)));
  const bool gpus_only = std::ranges::all_of(
      locks, [](const auto& lock) { return model::device_kind(lock.key) == model::DeviceKind::cuda; });
  const bool no_gpu = !observed.gpu && (gpus_only || device == model::DeviceKind::cuda);
  judgement.outcome = no_gpu ? model::Outcome::no_gpu : model::Outcome::not_locked;
  judgement.exit_code = exit_code(judgement.outcome);
  judgement.environment = locks.front().environment;
  judgement.target = wanted.target;
  judgement.device.kind = device;
  judgement.hardware = hardware_here(observed, device);
  const bool key_known = device == model::DeviceKind::cpu || observed.gpu.has_value();
  judgement.what = fmt::format("{}; locked: {}", this_machine(observed, device), fmt::join(hardware, ", "));
  if (!key_known) {
    judgement.next = next_without_gpu(locks, observed);
    return judgement;
  }
  const auto key = device == model::DeviceKind::cpu ? model::Key(observed.cpu) : model::Key(*observed.gpu);
  const auto target = free_target_name(targets_of(locks), key);
  judgement.accept = accept(judgement.environment, target, judgement.device, observed, true);
  judgement.next = judgement.accept;
  return judgement;
}

}  // namespace envguard::compare
