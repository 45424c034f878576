#include "process/child.hpp"

#include <cstdint>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.hpp"
#include "process/awake_clock.hpp"
#include "process/descriptor.hpp"

#include "running.hpp"

namespace envguard::process {
namespace {

using namespace std::chrono_literals;

std::string read_all(int descriptor) {
  std::string text;
  while (read_available(descriptor, text) != Flow::end) std::this_thread::sleep_for(1ms);
  return text;
}

Start shell(const std::string& script, std::vector<int> descriptors) {
  return {{"/bin/sh", "-c", script}, "", {{"PATH", "/usr/bin:/bin"}}, std::move(descriptors)};
}

TEST(Child, DescriptorsThatCrossEachOtherArriveWhereTheyBelong) {
  auto first = make_pipe();
  auto second = make_pipe();
  // The sources are each other's targets: a dup2 in order alone would lose one.
  const int three = ::fcntl(first.write.number(), F_DUPFD_CLOEXEC, 3);
  const int four = ::fcntl(second.write.number(), F_DUPFD_CLOEXEC, 3);
  Child child(shell("echo to-second >&" + std::to_string(three) + "; echo to-first >&" + std::to_string(four), [&] {
    std::vector<int> descriptors(static_cast<std::size_t>(std::max(three, four)) + 1, -1);
    descriptors[static_cast<std::size_t>(three)] = four;
    descriptors[static_cast<std::size_t>(four)] = three;
    return descriptors;
  }()));
  ::close(three);
  ::close(four);
  first.write.close();
  second.write.close();
  EXPECT_EQ(read_all(second.read.number()), "to-second\n");
  EXPECT_EQ(read_all(first.read.number()), "to-first\n");
}

/// Sets `ulimit -n` for a scope.
class OpenFiles {
 public:
  explicit OpenFiles(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~OpenFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;

 private:
  rlimit before_{};
};

TEST(Child, ALowLimitOfOpenFilesIsEnough) {
  auto pipe = make_pipe();
  const OpenFiles limit(60);
  Child child(shell("echo here", {-1, pipe.write.number(), -1}));
  pipe.write.close();
  EXPECT_EQ(read_all(pipe.read.number()), "here\n");
}

TEST(Child, NeverStartsWithTheCallersDescriptors) {
  auto pipe = make_pipe();
  // No number is left above the child's sixty; below are free ones, for UBSan looks at objects through a pipe.
  std::vector<int> descriptors(60, -1);
  descriptors[1] = pipe.write.number();
  const OpenFiles limit(60);
  try {
    const Child child(shell("true", descriptors));
    ADD_FAILURE() << "it was started";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
    EXPECT_NE(error.next().find("ulimit -n"), std::string::npos);
  }
}

TEST(Child, LeadsASessionWithSignalsAtTheirDefaults) {
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before{};
  sigaction(SIGUSR1, &ignore, &before);
  auto pipe = make_pipe();
  Child child(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; sed 's/.*) //' /proc/$$/stat | cut -d' ' -f4",
                    {-1, pipe.write.number()}));
  pipe.write.close();
  const auto text = read_all(pipe.read.number());
  sigaction(SIGUSR1, &before, nullptr);
  std::istringstream fields(text);
  std::string name;
  std::uint64_t blocked = 1;
  std::uint64_t ignored = 1;
  pid_t session = 0;
  fields >> name >> std::hex >> blocked >> name >> ignored >> std::dec >> session;
  EXPECT_EQ(blocked, 0U);
  EXPECT_EQ(ignored & 0x7fff'ffff, 0U) << "glibc itself ignores its two internal signals";
  EXPECT_EQ(session, child.pid());
}

TEST(Child, EndKillsTheWholeSession) {
  auto pipe = make_pipe();
  // One in the same process group that ignores SIGTERM, one in its own.
  Child child(shell("trap '' TERM; sleep 600 & set -m; sleep 600 & echo ready; wait", {-1, pipe.write.number()}));
  pipe.write.close();
  std::string text;
  while (text.empty()) (void)read_available(pipe.read.number(), text);
  EXPECT_TRUE(test::session_runs(child.pid()));
  const auto exit = child.end();
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->signal, SIGKILL);
  EXPECT_TRUE(test::session_ends(child.pid()));
}

TEST(Child, TheDestructorLeavesNothingRunning) {
  pid_t pid = 0;
  {
    Child child(shell("sleep 600", {-1, -1, -1}));
    pid = child.pid();
    EXPECT_FALSE(child.exited());
  }
  EXPECT_TRUE(test::session_ends(pid));
}

TEST(Child, WaitEndsWithTheChild) {
  Child child(shell("exit 7", {-1, -1, -1}));
  while (!child.exited()) child.wait({}, 10s);
  EXPECT_EQ(child.exited()->status, 7);
  EXPECT_EQ(child.reap().status, 7);
}

TEST(Child, TheCallersSignalSettingsComeBack) {
  struct sigaction before{};
  struct sigaction after{};
  sigset_t mask_before;
  sigset_t mask_after;
  sigaction(SIGCHLD, nullptr, &before);
  sigprocmask(SIG_SETMASK, nullptr, &mask_before);
  {
    const Child child(shell("true", {-1, -1, -1}));
  }
  sigaction(SIGCHLD, nullptr, &after);
  sigprocmask(SIG_SETMASK, nullptr, &mask_after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
  EXPECT_EQ(sigismember(&mask_before, SIGCHLD), sigismember(&mask_after, SIGCHLD));
}

TEST(SignalName, IsTheUsualOne) {
  EXPECT_EQ(signal_name(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
  EXPECT_EQ(signal_name(1000), "signal 1000");
}

TEST(AwakeClock, ALongPauseCountsAsTwoSlicesAtMost) {
  AwakeClock clock;
  std::this_thread::sleep_for(5 * AwakeClock::slice);
  EXPECT_LE(clock.read(), 2 * AwakeClock::slice);
  std::this_thread::sleep_for(AwakeClock::slice / 10);
  EXPECT_GT(clock.read(), 2 * AwakeClock::slice);
}

}  // namespace
}  // namespace envguard::process
