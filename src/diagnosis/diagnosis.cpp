#include "diagnosis/diagnosis.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "diagnosis/machine.hpp"
#include "diagnosis/subjects.hpp"

namespace envguard::diagnosis {

std::vector<model::Finding> findings(const model::Observed& observed, std::string_view today) {
  Findings found = driver(observed, today);
  for (auto* subject : {architectures, cudnn, answers, gpus, visibility, toolkits, surroundings})
    std::ranges::move(subject(observed), std::back_inserter(found));
  if (auto link = missing_link(observed, found)) found.push_back(*std::move(link));
  std::ranges::stable_sort(found, std::greater<>{}, &model::Finding::severity);
  return found;
}

std::vector<model::Finding> weighed(const model::Observed& observed) {
  auto found = observed.findings;
  // One that vfio-pci has was given to a virtual machine.
  const bool on_the_bus =
      std::ranges::any_of(observed.pci_gpus, [](const auto& each) { return each.driver != "vfio-pci"; });
  const bool gpu = has_nvidia(observed) || on_the_bus;
  for (model::Finding& finding : found)
    if (finding.id == "cuda-libraries-missing" && gpu) finding.severity = model::Finding::Severity::error;
  return found;
}

}  // namespace envguard::diagnosis
