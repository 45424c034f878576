#include "report/doctor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "codec/observed.hpp"

namespace envguard::cli {

namespace {

using model::Finding;

Finding broken_policy(const base::Error& error) {
  return {Finding::Severity::error, "policy", error.message(), error.place(), error.next()};
}

/// A repository or policy that cannot be read is a finding here, not the end.
Scene scene_or_finding(const Call& call, std::vector<Finding>& findings) {
  try {
    return look_around(call);
  } catch (const base::Error& error) {
    findings.push_back(broken_policy(error));
  }
  // Without the policy the repository still says what it tracks.
  try {
    return look_around_without_policy(call);
  } catch (const base::Error&) {
    return Scene{{}, {}, {}, {}};  // which is the failure that was just noted
  }
}

/// What a refusal leaves out of the page.
std::string not_asked(const Subject& subject) {
  return subject.no_start ? "nothing was started that loads libraries: driver, GPUs and dynamic linker were not asked"
                          : "its files were read as text and headers only, and the dynamic linker was not asked what "
                            "would load";
}

/// Driver and GPUs, however they answer; an engine that cannot ask is a finding.
void look_at_gpus(const Call& call, Subject& subject, std::vector<Finding>& findings) {
  if (subject.no_start) return;  // which is a finding of its own
  auto& observed = subject.observed;
  try {
    observed.devices = ask_devices(call);
    take_key(observed, 0);
  } catch (const base::Error& error) {
    if (error.code() == base::ExitCode::interrupted) throw;
    findings.push_back({Finding::Severity::warning, "gpu", error.message(), error.place(), error.next()});
  }
}

}  // namespace

base::ExitCode run(const DoctorOptions& options, const Call& call) {
  std::vector<Finding> findings;
  const auto scene = scene_or_finding(call, findings);
  const auto& environments = scene.policy.environments;
  auto subject = look_at(call, scene, discover(call, scene, environments.empty() ? nullptr : &environments.front()));
  auto& observed = subject.observed;
  if (subject.refusal) {
    findings.push_back({Finding::Severity::warning, "untrusted", subject.refusal->why + "; " + not_asked(subject),
                        observed.install ? observed.install->root.string() : "", "# " + subject.refusal->next});
  }
  look_at_gpus(call, subject, findings);
  if (observed.devices && !observed.devices->gpus.empty()) {
    for (const auto& part : call.machine.left_out)
      findings.push_back({Finding::Severity::note, "left-out", "this envguard was built without a part: " + part, "",
                          "# use a release, or build it where nvcc 13.0 is"});
  }
  if (environments.size() > 1) {
    findings.push_back({Finding::Severity::note, "other-environments",
                        "the policy has other environments than " + environments.front().name, "",
                        "envguard doctor --torch INSTALL looks at another install"});
  }
  observed.findings = findings_of(call, observed);
  observed.findings.insert(observed.findings.end(), findings.begin(), findings.end());
  call.print(call.text() ? report::doctor_text(observed, call.style()) : codec::write_observed(observed));
  const bool contradicted = std::ranges::any_of(
      observed.findings, [](const auto& each) { return each.severity == Finding::Severity::error; });
  return options.strict && contradicted ? base::ExitCode::version_drift : base::ExitCode::match;
}

}  // namespace envguard::cli
