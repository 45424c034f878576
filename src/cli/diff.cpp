#include "compare/diff.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/locked.hpp"
#include "cli/measurement.hpp"
#include "cli/scene.hpp"
#include "codec/diff.hpp"
#include "compare/choose.hpp"
#include "compare/gpus.hpp"
#include "lockfile/lock.hpp"
#include "report/diff.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

/// (environment, target) -> lock.
using Locks = std::map<std::pair<std::string, std::string>, Locked>;

/// One side of a comparison: some locks, or this machine, which is measured once the other side is known.
struct Side {
  std::string name;
  Locks locks;
  bool here = false;
};

Locks locks_of(const Scene& scene, const repository::Source& source, const DiffOptions& options) {
  Locks locks;
  for (const auto& environment : environments(scene, options.environment)) {
    for (const auto& file : scene.repository->locks(source, environment.name, scene.folder()).locks) {
      if (!options.target.empty() && file.target != options.target) continue;
      auto lock = locked(file.text, file.place, file.evidence);
      lockfile::check_place(lock.lock, file.environment, file.target, file.place);
      locks.emplace(std::pair(environment.name, file.target), std::move(lock));
    }
  }
  return locks;
}

Side lone(const std::string& name, const std::string& text, const std::optional<std::string>& evidence) {
  auto lock = locked(text, name, evidence);
  const std::pair key(lock.lock.environment, lock.lock.target);
  return {.name = name, .locks = {{key, std::move(lock)}}, .here = false};
}

std::string beside(std::string path) {
  return path.ends_with(".toml") ? path.replace(path.size() - 5, 5, ".evidence") : path;
}

std::optional<Side> file_of_revision(const Scene& scene, const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  const auto& git = scene.repository->git();
  const auto revision = text.substr(0, colon);
  const auto path = text.substr(colon + 1);
  const auto entries = git.tree_entries(revision, {path});
  if (entries.size() != 1) {
    throw Error(ExitCode::usage, fmt::format("\"{}\" names no file of that revision", base::visible(text)),
                "REV:FILE takes a path from the top of the repository");
  }
  const auto blobs = git.blobs(entries, {base::limits::lock_bytes}, ExitCode::lock_unreadable);
  const auto evidence = git.tree_entries(revision, {beside(path)});
  const auto evidence_blobs = git.blobs(evidence, {base::limits::evidence_bytes}, ExitCode::lock_unreadable);
  return lone(text, blobs.at(0).value_or(""),
              evidence_blobs.size() == 1 ? evidence_blobs.front() : std::optional<std::string>());
}

Side side_of(const Call& call, const Scene& scene, const std::string& text, const DiffOptions& options) {
  if (text == "here") return {.name = "here", .locks = {}, .here = true};
  if (const auto file = base::read_file(call.resolve(text), base::limits::lock_bytes, ExitCode::lock_unreadable)) {
    return lone(text, *file,
                base::read_file(beside(call.resolve(text)), base::limits::evidence_bytes, ExitCode::lock_unreadable));
  }
  if (auto file = file_of_revision(scene, text)) return *std::move(file);
  return {.name = text, .locks = locks_of(scene, {repository::View::commit, text}, options), .here = false};
}

std::pair<Side, Side> sides_of(const Call& call, const Scene& scene, const DiffOptions& options) {
  const auto& given = options.sides;
  const Side tree{.name = "work tree", .locks = {}, .here = false};
  const auto with_locks = [&](Side side) {
    side.locks = locks_of(scene, {}, options);
    return side;
  };
  if (given.empty()) return {with_locks(tree), side_of(call, scene, "here", options)};
  if (given.size() == 2) return {side_of(call, scene, given[0], options), side_of(call, scene, given[1], options)};
  if (const auto dots = given[0].find(".."); dots != std::string::npos && !given[0].starts_with("../")) {
    const auto newer = given[0].substr(dots + 2);
    return {side_of(call, scene, given[0].substr(0, dots), options),
            side_of(call, scene, newer.empty() ? "HEAD" : newer, options)};
  }
  auto older = side_of(call, scene, given[0], options);
  // A file is held against this machine, a revision against the work tree.
  const bool is_file = older.locks.size() == 1 && older.name.ends_with(".toml");
  return {std::move(older), is_file ? side_of(call, scene, "here", options) : with_locks(tree)};
}

/// This machine as a lock, measured once per lock of the other side that fits it.
Locks measure_here(const Call& call, const Scene& scene, const Locks& other, const DiffOptions& options) {
  Locks here;
  Purse purse(2 * static_cast<int>(other.size()), options.timeout);
  for (const auto& [name, held] : other) {
    const auto& lock = held.lock;
    const auto& all = scene.policy.environments;
    const auto environment = std::ranges::find(all, name.first, &model::Environment::name);
    auto subject = look_at(call, scene, discover(call, scene, environment == all.end() ? nullptr : &*environment));
    static_cast<void>(install_to_open(subject));
    model::Device device{model::device_kind(lock.key), 0};
    if (const auto* gpu = std::get_if<model::GpuKey>(&lock.key)) {
      ask_gpu(call, subject, device.index);
      device.index = compare::best_of(subject.observed.devices->gpus, *gpu).value_or(0);
      take_key(subject.observed, device.index);
    }
    if (!compare::fits(lock, subject.observed)) continue;
    auto named = lock;
    std::tie(named.environment, named.target) = name;
    here.emplace(name, locked_here(call, scene, subject, device, named, purse));
  }
  if (here.empty()) {
    throw Error(ExitCode::not_judged, "none of these locks is for this hardware, so nothing was compared",
                "envguard status shows the locks; envguard lock makes one for this machine");
  }
  return here;
}

std::vector<model::LockDiff> compare_sides(const Side& older, const Side& newer) {
  std::vector<model::LockDiff> diffs;
  const auto add = [&](model::LockDiff diff, const std::pair<std::string, std::string>& name) {
    diff.environment = name.first;
    diff.target = name.second;
    diff.older = older.name;
    diff.newer = newer.name;
    diffs.push_back(std::move(diff));
  };
  if (older.locks.size() == 1 && newer.locks.size() == 1) {
    // Two single locks are compared whatever they are called.
    add(compare::diff(older.locks.begin()->second.side(), newer.locks.begin()->second.side()),
        newer.locks.begin()->first);
    return diffs;
  }
  for (const auto& [name, lock] : older.locks) {
    const auto other = newer.locks.find(name);
    if (other != newer.locks.end()) {
      add(compare::diff(lock.side(), other->second.side()), name);
    } else if (!newer.here) {
      add(compare::removed(lock.lock), name);
    }
  }
  for (const auto& [name, lock] : newer.locks) {
    if (!older.locks.contains(name)) add(compare::added(lock.lock), name);
  }
  return diffs;
}

}  // namespace

base::ExitCode run(const DiffOptions& options, const Call& call) {
  const auto scene = open_scene(call);
  auto [older, newer] = sides_of(call, scene, options);
  if (older.here && newer.here) {
    throw Error(ExitCode::usage, "both sides are this machine", "name a lock or a revision for one of them");
  }
  if (older.locks.empty() && newer.locks.empty()) {
    throw Error(ExitCode::usage, "there is no lock on either side", "envguard lock makes one");
  }
  if (older.here) older.locks = measure_here(call, scene, newer.locks, options);
  if (newer.here) newer.locks = measure_here(call, scene, older.locks, options);
  const auto diffs = compare_sides(older, newer);
  call.print(call.text() ? report::diff_text(diffs, call.style()) : codec::write_diff(diffs));
  const bool differ = std::ranges::any_of(diffs, [](const auto& diff) { return !diff.same(); });
  return options.exit_code && differ ? ExitCode::version_drift : ExitCode::match;
}

}  // namespace envguard::cli
