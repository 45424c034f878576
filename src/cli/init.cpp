#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "lockfile/new_policy.hpp"
#include "lockfile/policy.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

/// A file that init would write, and what it would hold.
struct Proposal {
  std::string name;  ///< relative to the top
  std::string content;
  std::string what;  ///< for people: "new", "one line added"
};

std::string version_of(const model::Observed& observed, std::string_view name) {
  const auto* component = observed.component(name);
  return component == nullptr ? std::string() : component->version;
}

/// Where the install lies inside the repository, as the policy names it; empty: it lies elsewhere.
std::string inside(const std::filesystem::path& top, const model::Observed& observed) {
  if (!observed.install) return {};
  const auto relative = observed.install->prefix.lexically_relative(top);
  const bool below = !relative.empty() && *relative.begin() != ".." && relative != ".";
  return below ? relative.string() : std::string();
}

lockfile::NewPolicy found(const Call& call, const std::filesystem::path& top, Subject& subject) {
  const auto& observed = subject.observed;
  lockfile::NewPolicy policy;
  policy.python = inside(top, observed);
  policy.torch = version_of(observed, "torch");
  policy.install = observed.install ? observed.install->prefix.string() : std::string();
  policy.python_version = version_of(observed, "python");
  policy.driver = version_of(observed, "driver");
  if (!policy.driver.empty()) ask_gpu(call, subject, 0);
  if (observed.gpu) policy.keys.emplace_back(*observed.gpu);
  policy.keys.emplace_back(observed.cpu);
  return policy;
}

std::optional<Proposal> policy_proposal(const Call& call, const Scene& scene, Subject& subject) {
  if (scene.policy_file) return std::nullopt;
  return Proposal{"envguard.toml", lockfile::new_policy_text(found(call, scene.top(), subject)), "new"};
}

std::optional<Proposal> attributes_proposal(const Scene& scene) {
  const auto old = base::read_file(scene.top() / ".gitattributes", base::limits::policy_bytes).value_or("");
  for (const auto line : base::split(old, '\n')) {
    if (base::trim(line) == lockfile::git_attributes_line) return std::nullopt;
  }
  const std::string gap = old.empty() || old.ends_with('\n') ? "" : "\n";
  return Proposal{".gitattributes", old + gap + std::string(lockfile::git_attributes_line) + "\n",
                  old.empty() ? "new" : "one line added"};
}

bool has_lock(const Scene& scene) {
  return std::ranges::any_of(scene.policy.environments, [&](const auto& environment) {
    return scene.repository->has_lock_in_work_tree(environment.name, scene.folder());
  });
}

bool agreed(const InitOptions& options, const Call& call) {
  if (options.yes) return true;
  if (!call.streams.in_is_terminal) {
    throw Error(ExitCode::usage, "standard input is not a terminal, so nobody can be asked; nothing was written",
                "envguard init --yes");
  }
  call.streams.out << "Write them? [y/N] " << std::flush;
  std::string answer;
  std::getline(call.streams.in, answer);
  return base::trim(answer) == "y" || base::trim(answer) == "yes";
}

/// An install outside the repository is never written into a policy: it is this machine's business.
std::string hint(const std::filesystem::path& top, const model::Observed& observed) {
  if (!observed.install) {
    return "No PyTorch was found. Name one: export ENVGUARD_TORCH=INSTALL\n";
  }
  if (!inside(top, observed).empty()) return {};
  return fmt::format(
      "The PyTorch found here lies outside the repository ({}),\nso the policy does not name it. Where it is not found "
      "by "
      "itself: export ENVGUARD_TORCH={}\n",
      observed.install->rule, base::shell_quote(observed.install->prefix.string()));
}

}  // namespace

base::ExitCode run(const InitOptions& options, const Call& call) {
  if (!call.text()) throw Error(ExitCode::usage, "init writes files and has no JSON", "leave --format out");
  Scene scene = look_around(call);
  if (!scene.repository) {
    static_cast<void>(repository::Repository::open(call.machine.directory, call.machine.environment));
  }
  auto subject = look_at(call, scene, discover(call, scene, &scene.policy.environments.front()));
  std::vector<Proposal> proposals;
  if (auto policy = policy_proposal(call, scene, subject)) proposals.push_back(*std::move(policy));
  if (auto attributes = attributes_proposal(scene)) proposals.push_back(*std::move(attributes));
  if (proposals.empty()) {
    call.print(fmt::format("{} and .gitattributes are as init would leave them; nothing to do.\nNext: {}\n",
                           scene.policy_file->place, has_lock(scene) ? "envguard check" : "envguard lock"));
    return ExitCode::match;
  }
  std::string text;
  for (const auto& proposal : proposals) {
    text += fmt::format("{} ({})\n", proposal.name, proposal.what);
    if (proposal.what != "new") continue;
    for (const auto line : base::split(base::trim(proposal.content), '\n')) text += fmt::format("    {}\n", line);
  }
  if (!(call.global.quiet && options.yes)) call.print(text + hint(scene.top(), subject.observed));
  if (!agreed(options, call)) {
    call.print("Nothing was written.\n");
    return ExitCode::match;
  }
  base::AtomicFiles files;
  for (const auto& proposal : proposals) files.add(scene.top() / proposal.name, proposal.content);
  files.commit();
  if (call.global.quiet) return ExitCode::match;
  call.print(subject.observed.install
                 ? "Written. Next: envguard lock, envguard hook install, and commit both files with the lock.\n"
                 : "Written. Next: install a PyTorch or name one as above, then envguard lock.\n");
  return ExitCode::match;
}

}  // namespace envguard::cli
