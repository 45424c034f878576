#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <sys/types.h>

namespace envguard::test {

/// State and session of a process, from /proc/PID/stat; state 0 where there is none.
struct ProcessState {
  char state = 0;
  pid_t session = 0;
};

inline ProcessState process_state(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  ProcessState result;
  if (name_end == std::string::npos) return result;
  std::istringstream fields(text.substr(name_end + 1));
  pid_t parent = 0;
  pid_t group = 0;
  fields >> result.state >> parent >> group >> result.session;
  return result;
}

/// A zombie, which only waits for its parent, does not run.
inline bool runs(const ProcessState& process) {
  return process.state != 0 && process.state != 'Z' && process.state != 'X';
}

inline bool process_runs(pid_t pid) {
  return runs(process_state(std::to_string(pid)));
}

inline bool session_runs(pid_t session) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto process = process_state(entry.path().filename().string());
    if (process.session == session && runs(process)) return true;
  }
  return false;
}

/// Whether the killed end: SIGKILL is not waited for, so they get a while.
template <typename Running>
bool ends(Running running) {
  for (int tries = 0; tries < 2000 && running(); ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return !running();
}

inline bool process_ends(pid_t pid) {
  return ends([pid] { return process_runs(pid); });
}
inline bool session_ends(pid_t session) {
  return ends([session] { return session_runs(session); });
}

}  // namespace envguard::test
