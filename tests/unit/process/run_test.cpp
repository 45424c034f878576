#include "process/run.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

#include "running.hpp"
#include "shell.hpp"

namespace envguard::process {
namespace {

using test::shell;

using namespace std::chrono_literals;

TEST(Run, TellsOutputErrorsAndStatusApart) {
  const auto result = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_FALSE(result.ok());
}

TEST(Run, NamesTheSignal) {
  const auto result = run(shell("kill -SEGV $$"));
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_EQ(result.signal, SIGSEGV);
}

TEST(Run, GivesInputLargerThanAPipe) {
  auto command = shell("cat");
  command.input = std::string(std::size_t{3} << 20, 'x');
  EXPECT_EQ(run(command).out, command.input);
}

TEST(Run, DrainsBothStreamsAtOnce) {
  const auto result = run(shell("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero"));
  EXPECT_EQ(result.out.size(), 1'000'000U);
  EXPECT_EQ(result.err.size(), 1'000'000U);
}

TEST(Run, KeepsNoMoreThanTheLimitAndSaysSo) {
  auto command = shell("head -c 1000000 /dev/zero; echo done >&2");
  command.output_limit = 1000;
  const auto result = run(command);
  EXPECT_EQ(result.out.size(), 1000U);
  EXPECT_EQ(result.err, "done\n");
  EXPECT_TRUE(result.truncated);
  EXPECT_FALSE(result.ok());
}

TEST(Run, EndsAtTheDeadline) {
  auto command = shell("echo first; sleep 600");
  command.deadline = 300ms;
  const auto result = run(command);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_EQ(result.out, "first\n");
}

TEST(Run, EndsWhereTheChildIsSilentForTooLong) {
  auto command = shell("echo first; sleep 600");
  command.deadline = 600s;
  command.silence = 300ms;
  const auto silent = run(command);
  EXPECT_TRUE(silent.timed_out);
  EXPECT_EQ(silent.waited, 300ms);
  EXPECT_EQ(silent.out, "first\n");

  command = shell("for i in 1 2 3 4 5 6 7 8; do sleep 0.3; echo $i >&2; done");
  command.deadline = 600s;
  command.silence = 2s;
  EXPECT_TRUE(run(command).ok()) << "each word starts the time anew";
}

TEST(Run, AChildThatClosesItsOutputIsStillWaitedFor) {
  const auto result = run(shell("exec >&- 2>&-; sleep 0.3; exit 5"));
  EXPECT_EQ(result.exit_code, 5);
}

TEST(Run, AGrandchildThatHoldsThePipeDoesNotHoldTheCaller) {
  const auto result = run(shell("sleep 600 & echo $!"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(test::process_ends(std::stoi(result.out)));
}

TEST(Run, HasTheGivenFolderAndEnvironmentAndNothingElse) {
  auto command = shell("pwd; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort; ls /proc/self/fd | wc -l");
  command.directory = "/usr";
  command.environment["ONLY"] = "a=b";
  // ls itself opens the folder that it lists.
  EXPECT_EQ(run(command).out, "/usr\nONLY=a=b\nPATH=/usr/bin:/bin\n4\n");
}

TEST(Run, LooksTheProgramUpInTheChildsOwnPath) {
  Command command;
  command.argv = {"true"};
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  EXPECT_EQ(run(command).exit_code, 0);
  command.environment = {{"PATH", "/nowhere"}};
  try {
    (void)run(command);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
    EXPECT_EQ(error.message(), "cannot start true: No such file or directory");
  }
}

TEST(Run, AChildThatDoesNotDieIsNamed) {
  auto command = shell("echo $$; exec sleep 600");
  command.deadline = 100ms;
  pid_t spared = 0;
  try {
    (void)run(command, [&spared](pid_t session) { spared = session; });
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "process " + std::to_string(spared) + " does not die (state S)");
  }
  kill_session(spared);
}

}  // namespace
}  // namespace envguard::process
