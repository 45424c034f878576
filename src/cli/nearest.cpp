#include "cli/nearest.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/locked.hpp"
#include "cli/measurement.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "codec/diff.hpp"
#include "compare/choose.hpp"
#include "report/diff.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

struct LocksOfEnvironment {
  std::vector<model::Lock> locks;
  std::vector<std::optional<model::EvidenceTable>> evidence;
};

LocksOfEnvironment locks_of_environment(const Scene& scene, const std::string& environment, const std::string& target) {
  LocksOfEnvironment all;
  for (const auto& file : scene.repository->locks(scene.source, environment, scene.folder()).locks) {
    if (!target.empty() && file.target != target) continue;
    auto held = locked(file.text, file.place, file.evidence);
    all.locks.push_back(std::move(held.lock));
    all.evidence.push_back(std::move(held.evidence));
  }
  return all;
}

model::LockDiff diff_to_nearest(const Call& call, const Scene& scene, const model::Environment& environment,
                                const CheckOptions& options, Purse& purse) {
  const auto all = locks_of_environment(scene, environment.name, options.target);
  auto subject = look_at(call, scene, discover(call, scene, &environment));
  static_cast<void>(install_to_open(subject));
  const auto device = pick_device(call, subject, options.device);
  if (device.kind == model::DeviceKind::cuda) ask_gpu(call, subject, device.index);
  const auto nearest = compare::nearest(all.locks, subject.observed, device.kind);
  if (!nearest) {
    throw Error(
        ExitCode::not_judged,
        fmt::format("{} has no lock of a {}", environment.name, device.kind == model::DeviceKind::cpu ? "CPU" : "GPU"),
        "envguard status");
  }
  const auto& lock = all.locks[*nearest];
  if (compare::fits(lock, subject.observed)) {
    throw Error(ExitCode::usage, fmt::format("{}/{} is a lock of this very hardware", lock.environment, lock.target),
                "envguard check judges by it; --nearest is for hardware that has none");
  }
  const auto& evidence = all.evidence[*nearest];
  const auto here = locked_here(call, scene, subject, device, lock, purse);
  auto diff = compare::diff({lock, evidence ? &*evidence : nullptr}, here.side());
  diff.older = lock.target;
  diff.newer = "here";
  return diff;
}

}  // namespace

base::ExitCode check_nearest(const CheckOptions& options, const Call& call) {
  if (options.all_gpus)
    throw Error(ExitCode::usage, "--nearest measures on one device", "name it: --device cuda:N, or --device cpu");
  const auto scene = open_scene(call);
  const auto all = environments(scene, options.environment);
  Purse purse(2 * static_cast<int>(all.size()), options.timeout);
  std::vector<model::LockDiff> diffs;
  for (const auto& environment : all) diffs.push_back(diff_to_nearest(call, scene, environment, options, purse));
  call.print(call.text() ? report::diff_text(diffs, call.style()) : codec::write_diff(diffs));
  return ExitCode::not_judged;
}

}  // namespace envguard::cli
