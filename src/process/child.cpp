#include "process/child.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "process/awake_clock.hpp"
#include "process/descriptor.hpp"
#include "process/find_program.hpp"
#include "process/interrupt.hpp"

namespace envguard::process {

namespace {

// A killed process still gives back its memory, which can take seconds on a busy machine. One that waits in the kernel,
// where no signal reaches it, does not.
constexpr std::chrono::seconds patience_after_kill{10};
constexpr std::chrono::seconds patience_with_the_kernel{2};

/// posix_spawn's two argument objects, freed with their scope.
class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

/// What glibc answers to a call that prepares a child. A child that starts without it would hold the caller's own
/// descriptors.
void prepared(int error) {
  if (error == 0) return;
  throw base::Error(base::ExitCode::could_not_measure,
                    std::string("cannot prepare to start another program: ") + std::strerror(error),
                    "raise the limit of open files (ulimit -n 1024) or free memory, then run the command again");
}

/// Gives the child its 0, 1, 2 … and nothing else. The copies lie above every target, so that no dup2 closes a source.
std::vector<Descriptor> arrange(const std::vector<int>& descriptors, posix_spawn_file_actions_t& actions) {
  std::vector<Descriptor> copies;
  const int above = static_cast<int>(descriptors.size());
  for (int target = 0; target < above; ++target) {
    const int source = descriptors[static_cast<std::size_t>(target)];
    if (source < 0) {
      prepared(posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0));
      continue;
    }
    const int copy = ::fcntl(source, F_DUPFD_CLOEXEC, above);
    if (copy < 0) prepared(errno);
    copies.emplace_back(copy);
    prepared(posix_spawn_file_actions_adddup2(&actions, copy, target));
  }
  prepared(posix_spawn_file_actions_addclosefrom_np(&actions, above));
  return copies;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

base::Error cannot_start(const std::string& program, int error) {
  return {base::ExitCode::could_not_measure, "cannot start " + base::visible(program) + ": " + std::strerror(error),
          "check that it is installed and on PATH, in a folder outside of the repository"};
}

pid_t spawn(const Start& start) {
  SpawnSettings settings;
  const auto copies = arrange(start.descriptors, settings.actions);
  if (!start.directory.empty())
    prepared(posix_spawn_file_actions_addchdir_np(&settings.actions, start.directory.c_str()));
  auto arguments = start.argv;
  std::vector<std::string> variables;
  variables.reserve(start.environment.size());
  for (const auto& [name, value] : start.environment) variables.push_back(name + "=" + value);
  const auto program = find_program(start.argv.at(0), start.environment, start.directory);
  if (program.empty()) throw cannot_start(start.argv.at(0), ENOENT);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, program.c_str(), &settings.actions, &settings.attributes,
                                pointers(arguments).data(), pointers(variables).data());
  if (error != 0) throw cannot_start(program, error);
  return pid;
}

/// Of proc(5): 'D' where one of its threads waits in the kernel, else the state of the last of them. '?': it is gone.
char state_of(pid_t pid) {
  char state = '?';
  std::error_code gone;
  std::filesystem::directory_iterator task(fmt::format("/proc/{}/task", pid), gone);
  for (; !gone && task != std::filesystem::directory_iterator(); task.increment(gone)) {
    std::ifstream file(task->path() / "stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto name_end = text.rfind(") ");
    if (name_end == std::string::npos || name_end + 2 >= text.size()) continue;
    state = text[name_end + 2];
    if (state == 'D') break;
  }
  return state;
}

std::optional<Exit> look(pid_t pid, int options) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | options) != 0) {
    if (errno != EINTR) return Exit{.status = std::nullopt, .signal = SIGKILL};
  }
  if (info.si_pid != pid) return std::nullopt;
  if (info.si_code == CLD_EXITED) return Exit{.status = info.si_status, .signal = std::nullopt};
  return Exit{.status = std::nullopt, .signal = info.si_status};
}

void nothing(int) {}

}  // namespace

Child::Child(const Start& start, Kill kill) : kill_(std::move(kill)) {
  Interrupt::throw_if_interrupted();
  // Blocked but for the wait: a child that ends before it still ends the wait.
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_signal, &previous_mask_);
  struct sigaction action{};
  action.sa_handler = nothing;
  sigaction(SIGCHLD, &action, &previous_child_);
  try {
    pid_ = spawn(start);
  } catch (...) {
    sigaction(SIGCHLD, &previous_child_, nullptr);
    sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
    throw;
  }
}

Child::~Child() {
  end();
  sigaction(SIGCHLD, &previous_child_, nullptr);
  sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
}

std::optional<Exit> Child::exited() const {
  return reaped_ ? reaped_ : look(pid_, WNOHANG | WNOWAIT);
}

void Child::wait(std::span<const int> descriptors, std::chrono::milliseconds most) const {
  std::vector<pollfd> polled;
  polled.reserve(descriptors.size());
  for (const int descriptor : descriptors) polled.push_back({descriptor, POLLIN, 0});
  const auto mask = waiting_mask();
  const auto time = std::clamp(most, std::chrono::milliseconds(0), AwakeClock::slice);
  const timespec timeout{0, std::chrono::nanoseconds(time).count()};
  ::ppoll(polled.data(), polled.size(), &timeout, &mask);
  Interrupt::throw_if_interrupted();
}

std::string Child::undead() const {
  return fmt::format("process {} does not die (state {})", pid_, state_of(pid_));
}

std::optional<Exit> Child::end() {
  if (reaped_ || given_up_) return reaped_;
  kill_(pid_);
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  AwakeClock clock;
  std::chrono::milliseconds in_the_kernel_since{};
  while (!(reaped_ = look(pid_, WNOHANG))) {
    const auto now = clock.read();
    if (state_of(pid_) != 'D') in_the_kernel_since = now;
    if (now >= patience_after_kill || now - in_the_kernel_since >= patience_with_the_kernel) break;
    const timespec timeout{0, std::chrono::nanoseconds(AwakeClock::slice).count()};
    ::sigtimedwait(&child_signal, nullptr, &timeout);
  }
  given_up_ = !reaped_;
  return reaped_;
}

Exit Child::reap() {
  if (!reaped_) reaped_ = look(pid_, 0);
  return *reaped_;
}

}  // namespace envguard::process
