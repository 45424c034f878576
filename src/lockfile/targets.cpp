#include "lockfile/targets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace envguard::lockfile {

bool fits(const model::Target& target, const model::Key& key) {
  if (target.device != model::device_kind(key)) return false;
  const auto fields = model::fields(key);
  const auto is_profile = [](const auto& field) { return field.first == "mig-profile"; };
  // A target of whole GPUs is none of their MIG instances, whose SMs are fewer.
  if (std::ranges::any_of(fields, is_profile) && std::ranges::none_of(target.key, is_profile)) return false;
  return std::all_of(target.key.begin(), target.key.end(), [&](const auto& wanted) {
    return std::find(fields.begin(), fields.end(), wanted) != fields.end();
  });
}

std::optional<model::Target> fits(const std::vector<model::Target>& targets, const model::Key& key) {
  std::optional<model::Target> found;
  for (const model::Target& target : targets) {
    if (!fits(target, key)) continue;
    if (found)
      throw base::Error(base::ExitCode::usage,
                        fmt::format("targets \"{}\" and \"{}\" of the policy both fit {}", found->name, target.name,
                                    model::describe(key)),
                        fmt::format("choose with --target {}, or give the targets keys that differ", target.name));
    found = target;
  }
  return found;
}

}  // namespace envguard::lockfile
