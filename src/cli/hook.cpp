#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/judging.hpp"
#include "cli/memory.hpp"
#include "cli/verdicts.hpp"
#include "codec/hooks.hpp"
#include "hook/manners.hpp"
#include "manifest/store.hpp"
#include "report/hooks.hpp"
#include "repository/hooks.hpp"

namespace envguard::cli {

namespace {

using base::ExitCode;

constexpr std::chrono::seconds hook_timeout{120};

void say(const Call& call, std::string_view line) {
  if (!call.global.quiet) call.streams.out << "envguard: " << line << "\n" << std::flush;
}

/// Tells the hook's fast path which environments must all hold.
void remember_environments(const Call& call, const Scene& scene) {
  if (call.machine.cache.empty()) return;
  manifest::Directory directory{.policy = scene.policy_file->inputs, .environments = {}};
  for (const auto& environment : scene.policy.environments) directory.environments.push_back(environment.name);
  manifest::Store(call.machine.cache, scene.top()).keep(directory);
}

/// Locks of every environment as they are in the index; environments without any are told and left out.
std::vector<std::pair<model::Environment, repository::LockSet>> staged_locks(const Call& call, const Scene& scene) {
  std::vector<std::pair<model::Environment, repository::LockSet>> found;
  for (const auto& environment : scene.policy.environments) {
    auto locks = scene.repository->locks(scene.source, environment.name, scene.folder());
    const auto of = environment.name == "default" ? "" : fmt::format("environment {}: ", environment.name);
    if (!locks.locks.empty()) {
      found.emplace_back(environment, std::move(locks));
    } else if (scene.repository->has_lock_in_work_tree(environment.name, scene.folder())) {
      say(call, fmt::format("{}the lock is here but not staged: git add envguard.lock.d", of));
    } else {
      const auto option = of.empty() ? std::string() : " --environment " + environment.name;
      say(call, fmt::format("{}nothing locked yet: envguard lock{}", of, option));
    }
  }
  return found;
}

/// A relock that was not staged is why a commit is still blocked: the index holds the old one.
void point_at_unstaged_locks(const Call& call, const Scene& scene, const model::Environment& environment,
                             const repository::LockSet& staged) {
  const auto tree = scene.repository->locks({}, environment.name, scene.folder());
  if (tree.inputs == staged.inputs) return;
  say(call, "the lock in the work tree is not the staged one: git add envguard.lock.d");
}

/// What git starts. The order: skipped, no policy, nothing locked, ignored, kept verdict, measure.
ExitCode judge_commit(const Call& call) {
  if (const auto line = hook::skipped(call.machine.environment)) {
    if (!call.global.quiet) call.streams.out << *line << "\n";
    return ExitCode::match;
  }
  if (!call.global.config.empty()) {
    throw base::Error(ExitCode::usage, "the hook judges the policy that is staged, so it takes no --config",
                      "envguard check --config FILE");
  }
  const auto scene = look_around(call, {repository::View::index, {}});
  if (!scene.policy_file) return ExitCode::match;
  remember_environments(call, scene);
  const auto locked = staged_locks(call, scene);
  if (locked.empty()) return ExitCode::match;

  Question question;
  question.context = compare::Context::commit;
  question.keeping = hook::in_ci(call.machine.environment) ? Keeping::nothing : Keeping::runs_and_verdict;
  if (!call.global.torch.empty()) question.keeping = Keeping::runs;
  if (scene.repository->only_ignored_staged(scene.policy.ignore)) return ExitCode::match;
  Purse purse(most_check_processes, hook_timeout);
  std::vector<model::Verdict> verdicts;
  for (const auto& [environment, locks] : locked) {
    verdicts.push_back(judge(call, scene, environment, locks, question, purse));
    if (verdicts.back().exit_code != ExitCode::match) point_at_unstaged_locks(call, scene, environment, locks);
  }
  const auto verdict = joined(std::move(verdicts));
  remember_verdict(call, scene.top(), verdict);
  if (verdict.exit_code == ExitCode::match) show_on_terminal(call, verdict);
  print_verdict(call, verdict);
  return verdict.exit_code;
}

}  // namespace

base::ExitCode run(const HookOptions& options, const Call& call) {
  using enum HookOptions::Action;
  if (options.action == run) return judge_commit(call);
  const auto repository = repository::Repository::open(call.machine.directory, call.machine.environment);
  const auto report = options.action == install     ? repository::install_hooks(repository, call.machine.hook)
                      : options.action == uninstall ? repository::uninstall_hooks(repository)
                                                    : repository::hook_status(repository);
  call.print(call.text() ? report::hooks_text(report, call.style()) : codec::write_hooks(report));
  return ExitCode::match;
}

}  // namespace envguard::cli
