#include "lockfile/lock.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/laboratory.hpp"
#include "cli/memory.hpp"
#include "cli/read_lock.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "codec/lock_result.hpp"
#include "compare/possible_evidence.hpp"
#include "inquiry/judge.hpp"
#include "lockfile/pair.hpp"
#include "lockfile/targets.hpp"
#include "report/lock.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

model::Key key_of(const Subject& subject, const model::Device& device) {
  if (device.kind == model::DeviceKind::cpu) return subject.observed.cpu;
  return *subject.observed.gpu;
}

/// --target, else the policy's target that fits the device, else a name made of the key.
std::string target_name(const std::string& named, const model::Policy& policy, const model::Key& key) {
  if (named.empty()) {
    const auto fitting = lockfile::fits(policy.targets, key);
    return fitting ? fitting->name : model::default_target_name(key);
  }
  if (!base::is_plain_name(named)) {
    throw Error(ExitCode::usage, fmt::format("--target \"{}\" cannot be a file name", base::visible(named)),
                "use letters, digits, '.', '_' and '-', at most 64 of them, a letter or digit first");
  }
  for (const auto& target : policy.targets) {
    if (target.name != named || lockfile::fits(target, key)) continue;
    throw Error(
        ExitCode::usage,
        fmt::format("target {} of the policy is other hardware than this device: {}", named, model::describe(key)),
        "leave --target out, or choose the device with --device");
  }
  return named;
}

/// What lies where the new lock goes.
struct Previous {
  std::optional<model::Lock> lock;
  std::optional<model::EvidenceTable> evidence;
  std::vector<std::string> taken;  ///< names of the environment's locks
};

Previous previous_lock(const Scene& scene, const std::string& environment, const std::string& target) {
  Previous previous;
  for (const auto& file : scene.repository->locks({}, environment, scene.folder()).locks) {
    previous.taken.push_back(file.target);
    if (file.target != target) continue;
    try {
      auto read = read_lock(file.text, file.place, file.evidence);
      lockfile::check_place(read.lock, file.environment, file.target, file.place);
      previous.lock = std::move(read.lock);
      previous.evidence = std::move(read.evidence);
    } catch (Error& error) {
      error.next_if_none("restore it with git, or delete it and lock anew");
      throw;
    }
  }
  return previous;
}

/// Error unstable where a check would refuse the lock: it is the machine that must be looked at.
void insist_on_possible(const model::Lock& lock, const std::vector<model::EvidenceRecord>& evidence) {
  for (const auto& record : evidence) {
    const auto& lines = lock.lines(record.profile);
    const auto line = std::ranges::find(lines, record.id, &model::ProbeLine::first);
    const auto what = line == lines.end() ? std::string() : compare::impossible_in(record, line->second);
    if (what.empty()) continue;
    throw Error(ExitCode::unstable,
                fmt::format("{}: {}. No check would believe such a lock, and nothing was written", record.id, what),
                "envguard doctor");
  }
}

}  // namespace

base::ExitCode run(const LockOptions& options, const Call& call) {
  const auto scene = open_scene(call);
  const auto environment = one_environment(scene, options.environment);
  auto subject = look_at(call, scene, discover(call, scene, &environment));
  static_cast<void>(install_to_open(subject));
  const auto device = pick_device(call, subject, options.device);
  refuse_suspect(call, model::describe(key_of(subject, device)));
  const auto target = target_name(options.target, scene.policy, key_of(subject, device));
  const auto folder = scene.repository->lock_folder(environment.name, scene.folder());
  const auto previous = previous_lock(scene, environment.name, target);

  const compare::LockQuestion question{.environment = environment.name,
                                       .target = target,
                                       .device = device,
                                       .reason = options.reason,
                                       .runs = options.runs,
                                       .refresh = options.refresh,
                                       .writes = !options.check,
                                       .today = model::utc_day(call.machine.now()),
                                       .taken = previous.taken,
                                       .previous_evidence = previous.evidence};
  ProgressLine progress(call);
  Purse purse(compare::processes_of_lock(options.runs), options.timeout);
  const auto runner = make_runner(call, subject);
  GpuGate gate(call, device, subject.observed.devices);
  EngineLaboratory laboratory(runner, make_plan(subject, device, {}), {}, gate, purse, progress);
  auto candidate = inquiry::candidate(previous.lock, subject.observed, scene.policy, question, laboratory);

  const auto sealed = lockfile::seal(candidate.lock, candidate.evidence);
  model::LockResult result{.lock = sealed.lock,
                           .path = (folder / lockfile::lock_file_name(target)).lexically_relative(scene.top()).string(),
                           .diff = std::move(candidate.diff),
                           .band_rounds = compare::band_rounds,
                           .flip_rate_excluded = compare::excluded_flip_rate(options.runs),
                           .seconds = static_cast<double>(options.timeout.count()) - purse.left().seconds};
  using enum model::LockResult::Action;
  result.action = options.check       ? (candidate.changed ? would_write : would_stay)
                  : candidate.changed ? written
                                      : unchanged;
  if (result.action == written) insist_on_possible(sealed.lock, candidate.evidence);
  if (result.action == written) lockfile::write_pair(folder, sealed.lock, sealed.evidence);
  const bool silent = call.global.quiet && call.text() && result.action != would_write;
  if (!silent) call.print(call.text() ? report::lock_text(result, call.style()) : codec::write_lock_result(result));
  return result.action == would_write ? ExitCode::version_drift : ExitCode::match;
}

}  // namespace envguard::cli
