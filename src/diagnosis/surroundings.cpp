#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "diagnosis/machine.hpp"
#include "diagnosis/subjects.hpp"
#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

namespace {

using knowledge::cite;
using Severity = model::Finding::Severity;

Findings presets(const model::Observed& observed) {
  const std::string& image = observed.container.image;
  std::vector<std::string> set;
  for (const std::string& name : observed.container.preset_knobs)
    set.push_back(base::visible(fmt::format("{}={}", name, variable(observed, name).value_or(""))));
  if (set.empty()) return {};
  return {cite("image-presets",
               {Severity::note, "image-presets",
                fmt::format("{} presets what moves numerics: {}.", base::visible(image), fmt::join(set, ", ")),
                "variables of the image", "# nothing, where you want them; the lock records them"})};
}

Findings wsl(const model::Observed& observed) {
  if (!observed.wsl || !observed.devices || observed.devices->gpus.empty()) return {};
  const std::string& path = observed.devices->cuda.path;
  const bool linux_driver = path.starts_with('/') && path.find("/wsl/") == std::string::npos;
  if (linux_driver)
    return {cite("wsl-driver",
                 {Severity::warning, "linux-driver-in-wsl",
                  fmt::format("In WSL libcuda.so.1 loads from {}, and not Windows' own from /usr/lib/wsl/lib.",
                              base::visible(path)),
                  base::visible(path), "# remove the Linux driver's packages (libcuda1, libnvidia-compute-*)"})};
  return {cite("wsl-driver",
               {Severity::note, "wsl", "The driver is Windows': NVML tells less here, and updates come from Windows.",
                base::visible(path), "# nothing"})};
}

}  // namespace

Findings surroundings(const model::Observed& observed) {
  Findings found = presets(observed);
  std::ranges::move(wsl(observed), std::back_inserter(found));
  return found;
}

}  // namespace envguard::diagnosis
