#include "detect/observe.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "detect/container.hpp"
#include "detect/contradictions.hpp"
#include "detect/cpu.hpp"
#include "detect/cuda.hpp"
#include "detect/distributions.hpp"
#include "detect/driver.hpp"
#include "detect/install.hpp"
#include "detect/knobs.hpp"
#include "detect/libraries.hpp"
#include "detect/python.hpp"
#include "detect/search.hpp"
#include "detect/system.hpp"
#include "detect/toolkit.hpp"
#include "detect/torch.hpp"
#include "process/environment.hpp"

namespace envguard::detect {

namespace {

/// The lock's order; every other name follows, by the alphabet.
constexpr std::array<std::string_view, 18> order{
    "torch",    "torch-git", "cuda",       "cudnn",     "nccl",   "cublas", "nvrtc", "cufft",  "curand",
    "cusolver", "cusparse",  "cusparselt", "nvjitlink", "triton", "driver", "glibc", "kernel", "python"};

template <typename Named>
void sort_by_name(std::vector<Named>& values) {
  std::ranges::stable_sort(values, {}, [](const Named& value) {
    return std::pair(std::ranges::find(order, value.name) - order.begin(), value.name);
  });
}

void append(std::vector<model::Finding>& findings, std::vector<model::Finding> more) {
  for (model::Finding& finding : more) findings.push_back(std::move(finding));
}

std::vector<model::Finding> left_out_observers(const model::Machine& machine) {
  std::vector<std::string> names;
  for (const auto name : process::observers())
    if (!machine.variable(std::string(name)).empty()) names.emplace_back(name);
  if (names.empty()) return {};
  const std::string list = fmt::format("{}", fmt::join(names, ", "));
  return {{model::Finding::Severity::note, "observers-left-out",
           fmt::format("{} would bring a library into PyTorch that watches it. envguard measures without.", list), list,
           "# your own programs load it: what they compute is not what was measured, if it changes anything"}};
}

/// Names that nothing has been found for, and that are not envguard's own words for parts of torch.
std::vector<std::string> not_yet(const Facts& facts, std::vector<std::string> names) {
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(order, name) != order.end() ||
           std::ranges::find(facts.components, name, &model::Component::name) != facts.components.end();
  });
  return names;
}

/// What an install says of itself and, where the linker answered, what would load of it.
std::pair<Facts, std::vector<model::CudaLibrary>> install_facts(Search& search, const model::Install& install,
                                                                const Listing* listing,
                                                                const std::vector<std::string>& also) {
  Facts facts = torch(search, install);
  const auto packages = site_packages(install);
  const auto installed = packages ? distributions(search, *packages) : std::vector<Distribution>();
  const auto recorded = recorded_libraries(search, installed);
  const bool cpu_only =
      std::ranges::find(facts.build, std::pair<std::string, std::string>("cuda", "none")) != facts.build.end();
  auto libraries = listing ? cuda_libraries(search, recorded, *listing) : std::vector<model::CudaLibrary>();
  facts += cuda(search, installed, libraries, listing, !cpu_only);
  if (packages) facts += extensions(search, installed, not_yet(facts, also));
  facts += python(search, install);
  append(facts.findings, not_as_recorded(recorded));
  if (listing) {
    append(facts.findings, unusable(install, *listing));
    append(facts.findings, stray_cudnn(*listing));
    append(facts.findings, second_cuda(install, *listing));
  }
  return {std::move(facts), std::move(libraries)};
}

}  // namespace

model::Observed observe(const model::Machine& machine, Discovery discovery, bool ask_linker,
                        const std::vector<std::string>& also) {
  Search search;
  search.add(discovery.sightings);
  std::optional<Listing> listing;
  if (discovery.install && ask_linker) listing = would_load(machine, *discovery.install);
  const Listing* answer = listing ? &*listing : nullptr;

  Facts facts;
  std::vector<model::CudaLibrary> libraries;
  if (discovery.install)
    std::tie(facts, libraries) = install_facts(search, *discovery.install, answer, also);
  else
    facts.absent.push_back({"torch", "every place that the rules of discovery name"});
  facts += driver(machine);
  facts += glibc(machine);
  facts += kernel(machine);
  sort_by_name(facts.components);
  sort_by_name(facts.absent);

  model::Observed observed;
  observed.knobs = knobs(machine, answer);
  if (listing) observed.libraries = std::move(listing->libraries);
  observed.cuda_libraries = std::move(libraries);
  observed.toolkits = toolkits(machine);
  observed.components = std::move(facts.components);
  observed.absent = std::move(facts.absent);
  observed.build = std::move(facts.build);
  observed.cpu = cpu_key(machine);
  observed.caches = caches(machine);
  observed.kernel_driver = kernel_driver(machine);
  if (!observed.kernel_driver) observed.pci_gpus = pci_gpus(machine);
  observed.wsl = wsl(machine);
  observed.container = container(machine);
  observed.findings = std::move(discovery.findings);
  append(observed.findings, left_out_observers(machine));
  append(observed.findings, std::move(facts.findings));
  std::ranges::stable_sort(observed.findings, std::greater<>{}, &model::Finding::severity);
  observed.passed_over = std::move(discovery.passed_over);
  observed.sightings = search.sightings();
  observed.install = std::move(discovery.install);
  return observed;
}

}  // namespace envguard::detect
