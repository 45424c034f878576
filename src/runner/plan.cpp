#include "runner/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "recipe/profile.hpp"
#include "recipe/recorded.hpp"
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

model::Plan under(model::Profile profile, model::Plan plan) {
  const auto& settings = recipe::settings(profile);
  plan.profile = profile;
  plan.threads = settings.threads;
  plan.flags = settings.flags;
  return plan;
}

void set(model::Plan& plan, const std::string& setting, const std::string& value) {
  if (!recipe::setting_may_be_set(setting, value))
    throw base::Error(base::ExitCode::could_not_measure,
                      fmt::format("an experiment asked for {} = {}, and PyTorch cannot be set to that",
                                  base::visible(setting), base::visible(value)),
                      "do not trust this lock, and report the error: envguard should have refused it before");
  if (setting == "threads") {
    plan.threads = static_cast<int>(base::parse_integer(value).value_or(plan.threads));
    return;
  }
  const auto flag = std::ranges::find(plan.flags, setting, &std::pair<std::string, std::string>::first);
  if (flag != plan.flags.end()) {
    flag->second = value;
  } else {
    plan.flags.emplace_back(setting, value);
  }
}

}  // namespace envguard::runner
