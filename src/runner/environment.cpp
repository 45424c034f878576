#include "runner/environment.hpp"

#include <optional>

#include "recipe/profile.hpp"

namespace envguard::runner {

namespace {

process::Layer layer(std::string origin, const std::vector<std::pair<std::string, std::string>>& variables) {
  process::Layer result{std::move(origin), {}};
  for (const auto& [name, value] : variables) result.variables.emplace_back(name, value);
  return result;
}

std::optional<std::string> visible_gpu(const Setup& setup, const model::Plan& plan) {
  if (plan.device.kind != model::DeviceKind::cuda) return std::nullopt;
  const auto index = static_cast<std::size_t>(plan.device.index);
  if (index >= setup.gpu_uuids.size()) return std::nullopt;
  return setup.gpu_uuids[index];
}

}  // namespace

process::Environment engine_environment(const Setup& setup, const model::Plan& plan,
                                        const std::vector<std::pair<std::string, std::string>>& step) {
  std::vector<process::Layer> layers{
      process::git_removal(setup.caller),
      layer("profile " + std::string(name(plan.profile)), recipe::settings(plan.profile).variables),
      layer("step", step),
  };
  if (const auto gpu = visible_gpu(setup, plan)) layers.push_back(layer("device", {{"CUDA_VISIBLE_DEVICES", *gpu}}));
  if (plan.device.kind == model::DeviceKind::cuda && !setup.cache.empty()) {
    layers.push_back(layer(
        "cache", {{"PYTORCH_KERNEL_CACHE_PATH", setup.cache / "kernels"}, {"CUDA_CACHE_PATH", setup.cache / "cuda"}}));
  }
  return process::merge(setup.caller, layers);
}

model::Plan as_seen_by_engine(const Setup& setup, model::Plan plan) {
  if (visible_gpu(setup, plan)) plan.device.index = 0;
  return plan;
}

}  // namespace envguard::runner
