#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "cli/commands.hpp"
#include "cli/judging.hpp"
#include "cli/memory.hpp"
#include "cli/nearest.hpp"
#include "cli/verdicts.hpp"
#include "compare/outcome.hpp"
#include "compare/require_gpu.hpp"
#include "hook/manners.hpp"
#include "lockfile/pair.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

repository::Source source_of(const CheckOptions& options, compare::Context context) {
  if (options.staged) return {repository::View::index, {}};
  if (!options.commit.empty()) return {repository::View::commit, options.commit};
  // What CI judges is the commit, not what an earlier step of the job left in the tree.
  if (context == compare::Context::ci) return {repository::View::commit, "HEAD"};
  return {};
}

Keeping keeping_of(const CheckOptions& options, const Call& call, compare::Context context) {
  if (options.no_cache || !options.against.empty() || context == compare::Context::ci) return Keeping::nothing;
  if (!options.commit.empty() || !call.global.torch.empty() || !call.global.config.empty()) return Keeping::runs;
  const bool whole = options.target.empty() && !options.device && !options.all_gpus && !options.require_gpu;
  return whole ? Keeping::runs_and_verdict : Keeping::runs_and_stand_ins;
}

/// The lock of --lock, which needs no git and no policy.
repository::LockSet lone_lock(const std::filesystem::path& path) {
  const auto text = base::read_file(path, base::limits::lock_bytes, ExitCode::lock_unreadable);
  if (!text)
    throw Error(ExitCode::lock_unreadable, "there is no such file", "--lock names a lock's .toml").at(path.string());
  const auto target = path.stem().string();
  repository::LockFile file;
  file.target = target;
  file.environment = "default";
  file.place = path.string();
  file.text = *text;
  file.evidence = base::read_file(path.parent_path() / lockfile::evidence_file_name(target),
                                  base::limits::evidence_bytes, ExitCode::lock_unreadable);
  return {.locks = {std::move(file)}, .inputs = {}};
}

model::Verdict check_lone(const CheckOptions& options, const Call& call, const Scene& scene, const Question& question,
                          Purse& purse) {
  const auto path = call.resolve(options.lock);
  auto lone = question;
  lone.keeping = Keeping::nothing;
  lone.target.clear();
  lone.source = path.string();
  return judge(call, scene, scene.policy.environments.front(), lone_lock(path), lone, purse);
}

model::Verdict check_repository(const CheckOptions& options, const Call& call, const Scene& scene,
                                const Question& question, Purse& purse) {
  std::vector<model::Verdict> verdicts;
  for (const auto& environment : environments(scene, options.environment)) {
    const auto locks = scene.repository->locks(scene.source, environment.name, scene.folder());
    if (!locks.locks.empty()) {
      verdicts.push_back(judge(call, scene, environment, locks, question, purse));
      continue;
    }
    verdicts.push_back(compare::combine(
        {nothing_locked(scene, environment, question.context, model::utc_day(call.machine.now()))}, {}));
  }
  return joined(std::move(verdicts));
}

}  // namespace

base::ExitCode run(const CheckOptions& options, const Call& call) {
  if (options.nearest) return check_nearest(options, call);
  Question question;
  question.target = options.target;
  question.device = options.device;
  question.all_gpus = options.all_gpus;
  question.require_gpu = options.require_gpu;
  question.wait = options.wait;
  question.context =
      options.ci || hook::in_ci(call.machine.environment) ? compare::Context::ci : compare::Context::by_hand;
  question.against = options.against;
  question.keeping = keeping_of(options, call, question.context);
  Purse purse(most_check_processes, options.timeout);
  const auto scene =
      options.lock.empty() ? open_scene(call, source_of(options, question.context)) : look_around_without_policy(call);
  auto verdict = options.lock.empty() ? check_repository(options, call, scene, question, purse)
                                      : check_lone(options, call, scene, question, purse);
  if (options.require_gpu) verdict = compare::require_gpu(std::move(verdict));
  const auto place = scene.repository ? scene.top() : call.machine.directory;
  remember_verdict(call, place, verdict);
  print_verdict(call, verdict);
  return verdict.exit_code;
}

}  // namespace envguard::cli
