#include "report/status.hpp"

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/read_lock.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "codec/status.hpp"
#include "compare/completeness.hpp"
#include "detect/cpu.hpp"
#include "lockfile/lock.hpp"
#include "recipe/table.hpp"
#include "repository/hooks.hpp"

namespace envguard::cli {

namespace {

using model::StatusRow;

std::string version_of(const model::Lock& lock, std::string_view name) {
  const auto found =
      std::ranges::find(lock.versions, name, [](const auto& entry) -> std::string_view { return entry.first; });
  return found == lock.versions.end() ? std::string() : found->second;
}

StatusRow row_of(const repository::LockFile& file, const model::CpuKey& cpu) {
  StatusRow row;
  row.environment = file.environment;
  row.target = file.target;
  row.path = file.place;
  try {
    const auto lock = read_lock(file.text, file.place, file.evidence).lock;
    lockfile::check_place(lock, file.environment, file.target, file.place);
    row.state = lock.recipe < recipe::number ? StatusRow::State::older_recipe : StatusRow::State::current;
    row.hardware = model::describe(lock.key);
    row.torch = version_of(lock, "torch");
    row.locked = lock.locked;
    row.reason = lock.reason;
    row.note = compare::note_on_form(lock);
    row.id = lock.id;
    row.probes = static_cast<int>(lock.strict.size());
    row.runs = lock.runs;
    row.quarantined = static_cast<int>(lock.quarantined.size());
    row.fits_here = lock.key == model::Key(cpu);
  } catch (const base::Error& error) {
    row.state = StatusRow::State::unreadable;
    row.note = error.place() + ": " + error.message();
    if (!error.next().empty()) row.note += "; " + error.next();
  }
  return row;
}

/// A target that the policy names and that nobody locked.
std::vector<StatusRow> missing_rows(const model::Policy& policy, const std::string& environment,
                                    const std::vector<StatusRow>& rows) {
  std::vector<StatusRow> missing;
  for (const auto& target : policy.targets) {
    const auto locked = [&](const auto& row) { return row.environment == environment && row.target == target.name; };
    if (std::ranges::any_of(rows, locked)) continue;
    StatusRow row;
    row.state = StatusRow::State::missing;
    row.environment = environment;
    row.target = target.name;
    missing.push_back(std::move(row));
  }
  return missing;
}

bool required(const model::Policy& policy, const std::string& target) {
  return std::ranges::any_of(policy.targets, [&](const auto& each) { return each.name == target && each.required; });
}

std::vector<std::string> hook_notes(const repository::Repository& repository) {
  std::vector<std::string> notes;
  bool unheard = false;
  for (const auto& hook : repository::hook_status(repository).hooks) {
    notes.push_back(hook.name + " hook: " + std::string(name(hook.state)));
    unheard = unheard || hook.state != model::HookState::installed;
  }
  if (unheard) notes.emplace_back("to let git ask at each commit: envguard hook install");
  return notes;
}

}  // namespace

base::ExitCode run(const StatusOptions& options, const Call& call) {
  const auto scene = open_scene(call);
  const auto cpu = detect::cpu_key(call.machine);
  model::Status status;
  for (const auto& environment : scene.policy.environments) {
    for (const auto& file : scene.repository->locks(scene.source, environment.name, scene.folder()).locks) {
      status.rows.push_back(row_of(file, cpu));
    }
    const auto missing = missing_rows(scene.policy, environment.name, status.rows);
    status.rows.insert(status.rows.end(), missing.begin(), missing.end());
  }
  for (auto& row : status.rows) row.required = required(scene.policy, row.target);
  status.notes = hook_notes(*scene.repository);
  call.print(call.text() ? report::status_text(status, call.style()) : codec::write_status(status));
  const bool behind = status.rows.empty() || std::ranges::any_of(status.rows, [](const auto& row) {
                        return row.state != StatusRow::State::current;
                      });
  return options.exit_code && behind ? base::ExitCode::version_drift : base::ExitCode::match;
}

}  // namespace envguard::cli
