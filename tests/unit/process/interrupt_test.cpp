#include "process/interrupt.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "process/run.hpp"

#include "running.hpp"
#include "shell.hpp"

namespace envguard::process {
namespace {

using test::shell;

class EverySignal : public testing::TestWithParam<int> {};

TEST_P(EverySignal, EndsTheChildAndBecomesAnError) {
  const Interrupt interrupt;
  pid_t session = 0;
  try {
    (void)run(shell("kill -" + std::to_string(GetParam()) + " " + std::to_string(::getpid()) + "; sleep 600"),
              [&session](pid_t pid) {
                session = pid;
                kill_session(pid);
              });
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::interrupted);
    EXPECT_EQ(error.message(), "interrupted by " + signal_name(GetParam()));
  }
  EXPECT_NE(session, 0);
  EXPECT_TRUE(test::session_ends(session));
}

INSTANTIATE_TEST_SUITE_P(Interrupt, EverySignal, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST(Interrupt, BetweenTwoChildrenItIsNoticedToo) {
  const Interrupt interrupt;
  EXPECT_NO_THROW(Interrupt::throw_if_interrupted());
  ::kill(::getpid(), SIGTERM);
  EXPECT_THROW(Interrupt::throw_if_interrupted(), base::Error);
  EXPECT_THROW((void)run(shell("true")), base::Error);
  // Taken here, or the destructor would deliver it to the test.
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  const timespec now{};
  sigtimedwait(&term, nullptr, &now);
}

TEST(Interrupt, AnIgnoredSignalStaysIgnored) {
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before{};
  sigaction(SIGHUP, &ignore, &before);
  {
    const Interrupt interrupt;
    EXPECT_EQ(run(shell("kill -HUP " + std::to_string(::getpid()) + "; exit 4")).exit_code, 4);
  }
  sigaction(SIGHUP, &before, nullptr);
}

}  // namespace
}  // namespace envguard::process
