#include "runner/environment.hpp"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "recipe/knobs.hpp"
#include "recipe/profile.hpp"

namespace envguard::runner {

namespace {

process::Layer layer(std::string origin, const std::vector<std::pair<std::string, std::string>>& variables) {
  process::Layer result{std::move(origin), {}};
  for (const auto& [name, value] : variables) result.variables.emplace_back(name, value);
  return result;
}

/// A library that watches could change what it watches.
process::Layer without_observers(const model::EnvironmentMap& caller) {
  process::Layer result{"observers", {}};
  for (const auto name : process::observers())
    if (caller.contains(std::string(name))) result.variables.emplace_back(name, std::nullopt);
  return result;
}

std::optional<std::string> visible_gpu(const Setup& setup, const model::Plan& plan) {
  if (plan.device.kind != model::DeviceKind::cuda) return std::nullopt;
  const auto gpu = setup.gpu_uuids.find(plan.device.index);
  // An empty list would hide every GPU.
  if (gpu == setup.gpu_uuids.end() || gpu->second.empty()) return std::nullopt;
  return gpu->second;
}

/// $ORIGIN is absolute once the dynamic linker has put a folder there.
bool is_relative(std::string_view entry) {
  return !entry.starts_with('/') && !entry.starts_with("$ORIGIN") && !entry.starts_with("${ORIGIN}");
}

/// Each entry of the list as `absolute` gives it, the separators kept.
template <class Absolute>
std::string each(std::string_view list, std::string_view separators, const Absolute& absolute) {
  std::string result;
  while (true) {
    const auto end = list.find_first_of(separators);
    result += absolute(list.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += list[end];
    list.remove_prefix(end + 1);
  }
}

/// The caller's variables as they are meant: the engine's working folder is another, so that the dynamic linker would
/// find other libraries through a relative entry.
model::EnvironmentMap meant(const Setup& setup) {
  auto variables = setup.caller;
  if (setup.directory.empty()) return variables;
  const auto below = [&](std::string_view entry) { return (setup.directory / entry).string(); };
  if (const auto path = variables.find("LD_LIBRARY_PATH"); path != variables.end() && !path->second.empty()) {
    path->second = each(path->second, ":;", [&](std::string_view entry) {
      if (entry.empty()) return setup.directory.string();  // to the dynamic linker: the working folder
      return is_relative(entry) ? below(entry) : std::string(entry);
    });
  }
  if (const auto libraries = variables.find("LD_PRELOAD"); libraries != variables.end()) {
    libraries->second = each(libraries->second, ": ", [&](std::string_view entry) {
      const bool searched = entry.find('/') == std::string_view::npos;  // a name, or nothing
      return !searched && is_relative(entry) ? below(entry) : std::string(entry);
    });
  }
  return variables;
}

/// The last door before a child: what a step sets may come from a lock that somebody else wrote.
void insist_on_harmless(const Variables& step) {
  for (const auto& [name, value] : step) {
    if (value ? recipe::may_be_set(name, *value) : recipe::may_be_removed(name)) continue;
    throw base::Error(
        base::ExitCode::could_not_measure,
        fmt::format("an experiment asked to {} the variable {}, and no experiment may do that; no process "
                    "was started",
                    value ? "set" : "remove", base::visible(name)),
        "do not trust this lock, and report the error: envguard should have refused it before");
  }
}

}  // namespace

process::Environment engine_environment(const Setup& setup, const model::Plan& plan, const Variables& step) {
  insist_on_harmless(step);
  std::vector<process::Layer> layers{
      process::git_removal(setup.caller),
      without_observers(setup.caller),
      layer("profile " + std::string(name(plan.profile)), recipe::settings(plan.profile).variables),
      {"--knob", setup.typed},
      {"step", step},
  };
  if (plan.device.kind == model::DeviceKind::cuda) {
    // CUDA's default since 12.2: EAGER loads every kernel that PyTorch has, and moves no bits.
    layers.push_back(layer("device", {{"CUDA_MODULE_LOADING", "LAZY"}}));
  }
  if (const auto gpu = visible_gpu(setup, plan)) layers.push_back(layer("device", {{"CUDA_VISIBLE_DEVICES", *gpu}}));
  if (plan.device.kind == model::DeviceKind::cuda && !setup.cache.empty()) {
    layers.push_back(layer(
        "cache", {{"PYTORCH_KERNEL_CACHE_PATH", setup.cache / "kernels"}, {"CUDA_CACHE_PATH", setup.cache / "cuda"}}));
  }
  return process::merge(meant(setup), layers);
}

model::Plan as_seen_by_engine(const Setup& setup, model::Plan plan) {
  if (visible_gpu(setup, plan)) plan.device.index = 0;
  return plan;
}

}  // namespace envguard::runner
