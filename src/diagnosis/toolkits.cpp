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

Findings toolkits(const model::Observed& observed) {
  const auto cuda = cuda_of_torch(observed);
  if (!cuda || !built_with_cuda(observed).value_or(false)) return {};
  std::vector<std::string> others, places;
  bool same_major = true;
  for (const model::Component& toolkit : observed.toolkits) {
    const auto version = Dotted::parse(toolkit.version);
    if (!version || version->shares(*cuda, 2)) continue;
    same_major = same_major && version->shares(*cuda, 1);
    others.push_back(base::visible(toolkit.version));
    places.push_back(base::visible(toolkit.origin));
  }
  if (others.empty()) return {};
  const std::string wanted = fmt::format("{}.{}", cuda->number(0), cuda->number(1));
  return {knowledge::cite("nvcc-compiles-extensions",
                          {model::Finding::Severity::note, "other-nvcc",
                           fmt::format("nvcc {} is not of CUDA {}, which torch {} loads; nvcc is never judged.",
                                       fmt::join(others, ", "), wanted, torch_version(observed)),
                           fmt::format("{}", fmt::join(places, ", ")),
                           same_major ? "# nothing; extensions compile, with a warning"
                                      : fmt::format("# to compile extensions, use the toolkit of CUDA {}", wanted)})};
}

}  // namespace envguard::diagnosis
