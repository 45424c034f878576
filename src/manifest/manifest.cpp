#include "manifest/manifest.hpp"

#include <chrono>

#include <fmt/format.h>

#include "base/text.hpp"

namespace envguard::manifest {

std::string age(std::chrono::seconds seconds) {
  if (seconds < std::chrono::minutes(1)) return "just now";
  if (seconds < std::chrono::hours(1)) return fmt::format("{} min ago", seconds / std::chrono::minutes(1));
  if (seconds < std::chrono::hours(48)) return fmt::format("{} h ago", seconds / std::chrono::hours(1));
  return fmt::format("{} days ago", seconds / std::chrono::hours(24));
}

std::optional<std::string> outdated(const Manifest& manifest, const std::vector<Input>& inputs,
                                    const model::Machine& machine, Time now) {
  if (inputs != manifest.inputs) return "the policy or a lock is another";
  if (now < manifest.measured) return "it is from the future";
  if (now - manifest.measured >= manifest.cache_for) return "it is older than cache-for";
  return changed(manifest.state, machine);
}

std::string hit_line(const Manifest& manifest, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - manifest.measured);
  const auto now_old = age(seconds);
  auto line = manifest.line;
  for (auto at = line.find(age_here); at != std::string::npos; at = line.find(age_here, at + now_old.size()))
    line.replace(at, age_here.size(), now_old);
  return line;
}

}  // namespace envguard::manifest
