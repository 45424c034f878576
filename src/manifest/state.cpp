#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "manifest/manifest.hpp"
#include "manifest/surroundings.hpp"

namespace envguard::manifest {
namespace {

using namespace std::chrono_literals;

// The kernel stamps files with a clock that ticks every 1 to 10 ms.
constexpr std::chrono::milliseconds stamp_delay{100};

void hash(base::Hasher& hasher, const NamedValues& lines) {
  hasher.number(lines.size());
  for (const auto& [name, value] : lines) hasher.field(name).field(value);
}

// By path, each once.
std::vector<Seen> sorted(std::vector<Seen> files) {
  std::sort(files.begin(), files.end(),
            [](const Seen& a, const Seen& b) { return std::tie(a.path, a.link) < std::tie(b.path, b.link); });
  const auto same_path = [](const Seen& a, const Seen& b) { return a.path == b.path && a.link == b.link; };
  files.erase(std::unique(files.begin(), files.end(), same_path), files.end());
  return files;
}

// The first name whose value is not the same in both, or is in one only.
std::optional<std::string> difference(const NamedValues& before, const NamedValues& now) {
  const auto same = [](const auto& one, const auto& other) {
    return one.first == other.first &&
           (one.second == other.second || one.second == not_told || other.second == not_told);
  };
  const auto [a, b] = std::mismatch(before.begin(), before.end(), now.begin(), now.end(), same);
  if (a == before.end() && b == now.end()) return std::nullopt;
  if (a == before.end()) return b->first;
  if (b == now.end()) return a->first;
  return std::min(a->first, b->first);
}

NamedValues machine_and_process(const model::Machine& machine) {
  auto lines = machine_lines(machine);
  for (auto& line : process_lines(machine)) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> names_of(const NamedValues& lines) {
  std::vector<std::string> names;
  for (const auto& [name, value] : lines) names.push_back(name);
  return names;
}

bool younger(const Seen& file, Time than) {
  const auto stamp = std::chrono::duration_cast<std::chrono::nanoseconds>((than - stamp_delay).time_since_epoch());
  return file.identity && file.identity->changed >= stamp.count();
}

}  // namespace

base::Hash128 State::digest() const {
  base::Hasher hasher;
  hasher.number(files.size());
  for (const auto& [path, identity, link] : files) {
    hasher.field(path.native()).number(identity.has_value()).number(link);
    if (!identity) continue;
    hasher.number(identity->device).number(identity->inode).number(identity->size);
    hasher.number(static_cast<std::uint64_t>(identity->modified)).number(static_cast<std::uint64_t>(identity->changed));
  }
  hash(hasher, variables);
  hash(hasher, machine);
  return hasher.digest();
}

State look(const model::Machine& machine, const Grounds& grounds) {
  State state;
  const auto see = [&](const std::filesystem::path& path) { state.files.push_back({path, identify(path)}); };
  for (const auto& sighting : grounds.sightings) see(sighting.path);
  for (const auto& program : grounds.programs) see(program);
  for (const auto& folder : grounds.folders) see(folder);
  for (const auto& link : grounds.links) state.files.push_back({link, identify_link(link), true});
  for (const auto* file : {"ld.so.cache", "ld.so.preload"}) see(machine.etc / file);
  for (const auto& folder : library_folders(machine)) see(folder);
  state.files = sorted(std::move(state.files));
  state.variables = variable_lines(machine.environment);
  state.machine = machine_and_process(machine);
  return state;
}

std::optional<State> complete(const State& before, const model::Machine& machine, const Opened& opened, Time started) {
  if (changed(before, machine)) return std::nullopt;
  State state = before;
  state.variables = variable_lines(machine.environment, opened.asked);
  for (const auto& library : opened.mapped) {
    if (!library.path.is_absolute()) continue;  // the kernel's vdso
    state.files.push_back({library.path, identify(library.path)});
    if (!state.files.back().identity) return std::nullopt;
  }
  state.files = sorted(std::move(state.files));
  const bool any_younger = std::any_of(state.files.begin(), state.files.end(),
                                       [started](const Seen& file) { return younger(file, started); });
  return any_younger ? std::nullopt : std::optional(state);
}

std::optional<std::string> changed(const State& state, const model::Machine& machine) {
  if (const auto name = difference(state.variables, variable_lines(machine.environment, names_of(state.variables))))
    return "the variable " + base::visible(*name) + " is not what it was";
  if (const auto name = difference(state.machine, machine_and_process(machine))) return "other " + base::visible(*name);
  for (const auto& [path, identity, link] : state.files) {
    const auto now = link ? identify_link(path) : identify(path);
    if (now == identity) continue;
    const auto* what = !now ? "is gone" : !identity ? "is new" : "changed";
    return fmt::format("{} {}", base::visible(path.native()), what);
  }
  return std::nullopt;
}

}  // namespace envguard::manifest
