#include "report/doctor.hpp"

#include <algorithm>

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
    return Scene{{}, {}, {}, {}};
  }
}

}  // namespace

base::ExitCode run(const DoctorOptions& options, const Call& call) {
  std::vector<Finding> findings;
  const auto scene = scene_or_finding(call, findings);
  const auto& environments = scene.policy.environments;
  auto subject = look_at(call, scene, discover(call, scene, environments.empty() ? nullptr : &environments.front()));
  if (subject.refusal) {
    findings.push_back({Finding::Severity::warning, "untrusted", subject.refusal->why + "; it was read as text only",
                        subject.observed.install->root.string(), subject.refusal->next});
  }
  if (environments.size() > 1) {
    findings.push_back({Finding::Severity::note, "other-environments",
                        "the policy has other environments than " + environments.front().name, "",
                        "envguard doctor --torch INSTALL looks at another install"});
  }
  auto& all = subject.observed.findings;
  all.insert(all.end(), findings.begin(), findings.end());
  call.print(call.text() ? report::doctor_text(subject.observed, call.style())
                         : codec::write_observed(subject.observed));
  const bool contradicted =
      std::ranges::any_of(all, [](const auto& each) { return each.severity == Finding::Severity::error; });
  return options.strict && contradicted ? base::ExitCode::version_drift : base::ExitCode::match;
}

}  // namespace envguard::cli
