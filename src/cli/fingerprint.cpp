#include "codec/fingerprint.hpp"

#include "cli/commands.hpp"
#include "cli/gpu_gate.hpp"
#include "cli/measurement.hpp"
#include "cli/scene.hpp"
#include "recipe/table.hpp"
#include "report/fingerprint.hpp"

namespace envguard::cli {

base::ExitCode run(const FingerprintOptions& options, const Call& call) {
  const auto scene = look_around(call);
  const auto environment = one_environment(scene, options.environment);
  auto subject = look_at(call, scene, discover(call, scene, &environment));
  static_cast<void>(install_to_open(subject));
  const auto device = pick_device(call, subject, options.device);
  GpuGate gate(call, device, subject.observed.devices);
  gate.enter();
  Purse purse(1, options.timeout);
  ProgressLine progress(call);
  const auto plan = make_plan(subject, device, recipe::probes(device.kind));
  const auto measured =
      measure_whole(make_runner(call, subject), plan, purse, progress, "measuring on " + device.text());
  const auto fingerprint = fingerprint_of(subject, measured);
  call.print(call.text() ? report::fingerprint_text(fingerprint, call.style()) : codec::write_fingerprint(fingerprint));
  return base::ExitCode::match;
}

}  // namespace envguard::cli
