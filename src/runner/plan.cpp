#include "runner/plan.hpp"

#include "recipe/profile.hpp"
#include "recipe/table.hpp"

namespace envguard::runner {

model::Plan make_plan(const model::Install& install, model::Device device, model::Profile profile,
                      const std::vector<std::string>& probes, const std::vector<std::filesystem::path>& preload) {
  const auto& settings = recipe::settings(profile);
  model::Plan plan;
  plan.recipe = recipe::number;
  plan.profile = profile;
  plan.install = install;
  plan.preload = preload;
  plan.device = device;
  plan.threads = settings.threads;
  plan.flags = settings.flags;
  plan.probes = probes;
  return plan;
}

}  // namespace envguard::runner
