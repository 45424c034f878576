#include "detect/discovery.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "detect/candidates.hpp"
#include "detect/locate.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;
using Severity = model::Finding::Severity;

constexpr const char* what_an_install_is =
    "name an interpreter, a venv, a conda or pixi prefix, a site-packages/torch, or a LibTorch folder";

std::optional<model::Install> look(const model::Machine& machine, Search& search, const Candidate& candidate) {
  auto found = candidate.holds == Candidate::Holds::libtorch ? libtorch_at(search, candidate.path, candidate.path)
                                                             : locate(machine, search, candidate.path);
  if (found) found->rule = candidate.rule;
  return found;
}

model::Install of_option(const model::Machine& machine, Search& search, const std::string& torch) {
  const fs::path path = clean(machine, torch);
  if (auto found = look(machine, search, {"--torch", {}, path, {}})) return *found;
  const std::string shown = base::visible(path.string());
  std::error_code error;
  if (!fs::exists(path, error))
    throw base::Error(base::ExitCode::usage, fmt::format("--torch: there is nothing at {}", shown), what_an_install_is);
  throw base::Error(base::ExitCode::usage,
                    fmt::format("--torch: no PyTorch in {}: looked for torch/version.py in its site-packages and "
                                "dist-packages, and for lib/libtorch.so",
                                shown),
                    what_an_install_is);
}

std::string why_not(const Candidate& candidate) {
  if (!candidate.skip.empty()) return candidate.skip;
  std::error_code error;
  return fs::exists(candidate.path, error) ? "no torch" : "does not exist";
}

/// A person named this install, and another one is taken: that must not go unsaid.
std::optional<model::Finding> named_in_vain(const Candidate& candidate) {
  const bool named = candidate.rule == "ENVGUARD_TORCH" || candidate.rule == policy_rule;
  if (!named) return std::nullopt;
  return model::Finding{Severity::warning, "named-install-without-torch",
                        fmt::format("{} holds no PyTorch and was passed over.", base::visible(candidate.named)),
                        candidate.path.string(), fmt::format("# {}; or take it out", what_an_install_is)};
}

bool same_place(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return a == b || fs::equivalent(a, b, error);
}

/// An active environment that holds another torch than the one taken.
std::vector<model::Finding> other_torches(const model::Machine& machine, Search& search, const model::Install& taken) {
  std::vector<model::Finding> findings;
  for (const Candidate& candidate : active_environments(machine, search)) {
    const auto other = look(machine, search, candidate);
    if (!other || same_place(other->root, taken.root)) continue;
    const bool asked = taken.rule == "--torch" || taken.rule == "ENVGUARD_TORCH";
    findings.push_back({asked ? Severity::note : Severity::warning, "other-torch-active",
                        fmt::format("The active environment holds torch {}, and torch {} was taken ({}).",
                                    base::visible(other->version), base::visible(taken.version), taken.rule),
                        candidate.named,
                        fmt::format("envguard doctor --torch {}", base::shell_quote(candidate.path.string()))});
  }
  return findings;
}

model::FoundBy found_by(const model::Machine& machine, Search& search, const Candidate& candidate) {
  if (candidate.found_by != model::FoundBy::project) return candidate.found_by;
  const bool active = std::ranges::any_of(active_environments(machine, search), [&](const Candidate& environment) {
    return same_place(environment.path, candidate.path);
  });
  return active ? model::FoundBy::machine : model::FoundBy::project;
}

}  // namespace

Discovery find_install(const model::Machine& machine, const Question& question) {
  Discovery discovery;
  Search search;
  if (!question.torch.empty()) discovery.install = of_option(machine, search, question.torch);
  for (auto rule = rules().begin(); !discovery.install && rule != rules().end(); ++rule)
    for (const Candidate& candidate : (*rule)(machine, question, search)) {
      if (candidate.skip.empty()) discovery.install = look(machine, search, candidate);
      if (discovery.install) {
        discovery.found_by = found_by(machine, search, candidate);
        break;
      }
      if (!candidate.named.empty())
        discovery.passed_over.push_back(fmt::format("{}: {}", candidate.named, why_not(candidate)));
      if (auto finding = named_in_vain(candidate)) discovery.findings.push_back(std::move(*finding));
    }
  if (discovery.install) {
    for (auto& finding : other_torches(machine, search, *discovery.install))
      discovery.findings.push_back(std::move(finding));
  }
  discovery.sightings = search.sightings();
  return discovery;
}

}  // namespace envguard::detect
