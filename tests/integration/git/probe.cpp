// Stands for `envguard hook run` in tests: reads the repository as it does, writes what it saw to
// $ENVGUARD_PROBE_OUTPUT, keeps a verdict where $ENVGUARD_PROBE_KEEP names its outcome, and ends with
// $ENVGUARD_PROBE_EXIT.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

#include "base/error.hpp"
#include "manifest/store.hpp"
#include "repository/repository.hpp"

namespace {

using namespace envguard;

model::Machine this_machine() {
  model::Machine machine;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable;
    const auto equals = text.find('=');
    machine.environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  machine.directory = std::filesystem::current_path();
  machine.cache = manifest::cache_folder(machine.environment, machine.directory);
  machine.program = std::filesystem::read_symlink("/proc/self/exe");
  machine.now = std::chrono::system_clock::now;
  return machine;
}

std::string value(const model::Machine& machine, const char* name) {
  const auto found = machine.environment.find(name);
  return found == machine.environment.end() ? "" : found->second;
}

void keep(const model::Machine& machine, const repository::Repository& repository, const repository::PolicyFile& policy,
          std::ostream& out) {
  const manifest::Store store(machine.cache, repository.top());
  manifest::Directory directory{policy.inputs, {}};
  const std::filesystem::path rests_on = value(machine, "ENVGUARD_PROBE_RESTS_ON");
  for (const auto& environment : policy.policy.environments) {
    const auto locks = repository.locks({repository::View::index, {}}, environment.name);
    manifest::Manifest kept;
    kept.environment = environment.name;
    kept.inputs = policy.inputs;
    kept.inputs.insert(kept.inputs.end(), locks.inputs.begin(), locks.inputs.end());
    std::vector<model::Sighting> sightings;
    if (!rests_on.empty()) sightings = {{rests_on, true}, {rests_on.string() + ".absent", false}};
    kept.state = manifest::look(machine, {.sightings = sightings});
    kept.measured = machine.now();
    kept.cache_for = policy.policy.cache_for;
    kept.outcome = value(machine, "ENVGUARD_PROBE_KEEP");
    kept.exit_code = kept.outcome == "match" ? 0 : 8;
    kept.line = "envguard: " + kept.outcome + ": " + environment.name + "; measured " + std::string(manifest::age_here);
    directory.environments.push_back(environment.name);
    if (!store.keep(kept)) out << "not kept\n";
  }
  if (!store.keep(directory)) out << "directory not kept\n";
}

void look(const model::Machine& machine, std::ostream& out) {
  const auto repository = repository::Repository::open(machine.directory, machine.environment);
  const repository::Source index{repository::View::index, {}};
  const auto policy = repository.policy(index);
  if (!policy) {
    out << "no policy\n";
    return;
  }
  out << "policy " << policy->place << "\n";
  for (const auto& environment : policy->policy.environments) {
    const auto set = repository.locks(index, environment.name);
    for (const auto& lock : set.locks)
      out << "lock " << lock.environment << "/" << lock.target << " " << lock.text.substr(0, lock.text.find('\n'))
          << (lock.evidence ? " with evidence" : "") << "\n";
    if (set.locks.empty() && repository.has_lock_in_work_tree(environment.name))
      out << "lock of " << environment.name << " is not staged\n";
  }
  if (repository.only_ignored_staged(policy->policy.ignore)) out << "only ignored files are staged\n";
  if (!value(machine, "ENVGUARD_PROBE_KEEP").empty()) keep(machine, repository, *policy, out);
}

}  // namespace

int main(int count, char** arguments) {
  const auto machine = this_machine();
  std::ofstream out(value(machine, "ENVGUARD_PROBE_OUTPUT"), std::ios::app);
  out << "started:";
  for (int i = 1; i < count; ++i) out << " " << arguments[i];
  out << "\n";
  try {
    look(machine, out);
  } catch (const base::Error& error) {
    out << "error: " << error.what() << "\n";
  }
  return std::atoi(value(machine, "ENVGUARD_PROBE_EXIT").c_str());
}
