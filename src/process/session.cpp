#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>
#include <set>
#include <string_view>

#include <dirent.h>
#include <unistd.h>

#include "process/child.hpp"

namespace envguard::process {

namespace {

/// Kills the members that were not killed before; whether there was one.
bool kill_new_members(pid_t session, std::set<pid_t>& killed) {
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
  if (!processes) return false;
  bool found = false;
  while (const dirent* entry = ::readdir(processes.get())) {
    const std::string_view name(entry->d_name);
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    if (::getsid(pid) != session || !killed.insert(pid).second) continue;
    ::kill(pid, SIGKILL);
    found = true;
  }
  return found;
}

}  // namespace

void kill_session(pid_t session) {
  ::kill(-session, SIGKILL);
  std::set<pid_t> killed;
  // Who forks while it is being killed is found in the next round; a fork bomb is not chased for ever.
  for (int round = 0; round < 16 && kill_new_members(session, killed); ++round) {
  }
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

}  // namespace envguard::process
