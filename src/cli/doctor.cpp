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
    return Scene{{}, {}, {}, {}};
  }
}

/// The GPU where there is a driver; what went wrong on the way is a finding.
void look_at_gpu(const Call& call, Subject& subject, std::vector<Finding>& findings) {
  if (subject.observed.component("driver") == nullptr) return;
  try {
    ask_gpu(call, subject, 0);
  } catch (const base::Error& error) {
    if (error.code() == base::ExitCode::interrupted) throw;
    findings.push_back({Finding::Severity::warning, "gpu", error.message(), error.place(), error.next()});
    return;
  }
  const auto& devices = *subject.observed.devices;
  if (devices.gpus.empty()) {
    findings.push_back({Finding::Severity::warning, "gpu",
                        "a driver is loaded and no GPU can be used: " + devices.no_gpu(), call.machine.cuda_driver,
                        "look at nvidia-smi, CUDA_VISIBLE_DEVICES and the container's options"});
    return;
  }
  const auto& first = devices.gpus.front();
  if (!first.nvml_name.empty() && first.nvml_name != first.key.gpu) {
    findings.push_back({Finding::Severity::note, "gpu-names",
                        fmt::format("libcuda calls GPU 0 {}, NVML calls it {}", base::visible(first.key.gpu),
                                    base::visible(first.nvml_name)),
                        call.machine.nvml, "nothing: locks hold libcuda's name"});
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
  look_at_gpu(call, subject, findings);
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
