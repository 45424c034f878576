#include "process/run.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "process/awake_clock.hpp"
#include "process/descriptor.hpp"

namespace envguard::process {

namespace {

/// One of the child's output pipes: kept up to the limit, drained to its end.
struct Stream {
  Descriptor pipe;
  std::string* text;
  bool truncated = false;

  void drain(std::size_t limit) {
    // Bounded, so that a flood does not keep the deadline from being looked at.
    for (int reads = 0; reads < 16 && pipe.open(); ++reads) {
      const auto flow = read_available(pipe.number(), *text);
      if (flow == Flow::end) pipe.close();
      if (text->size() > limit) truncate(limit);
      if (flow == Flow::nothing_yet) return;
    }
  }

  void truncate(std::size_t limit) {
    text->resize(limit);
    truncated = true;
  }
};

std::vector<int> open_pipes(const Stream& out, const Stream& err) {
  std::vector<int> numbers;
  for (const auto* stream : {&out, &err}) {
    if (stream->pipe.open()) numbers.push_back(stream->pipe.number());
  }
  return numbers;
}

/// Ends the child; one that holds no pipe any more may leave what it started running, such as git's own daemons.
std::optional<Exit> finish(Child& child, bool quiet) {
  if (quiet) return child.reap();
  return child.end();
}

}  // namespace

Result run_or_leave(const Command& command, const Kill& kill) {
  Result result;
  auto out = make_pipe();
  auto err = make_pipe();
  const auto input = memory_file("input", command.input);
  Child child(
      {command.argv, command.directory, command.environment, {input.number(), out.write.number(), err.write.number()}},
      kill);
  out.write.close();
  err.write.close();
  Stream standard_out{std::move(out.read), &result.out};
  Stream standard_err{std::move(err.read), &result.err};

  AwakeClock clock, since_a_word;
  std::size_t words = 0;
  std::optional<Exit> exit;
  while (!exit && !result.timed_out) {
    exit = child.exited();
    standard_out.drain(command.output_limit);
    standard_err.drain(command.output_limit);
    if (exit) break;
    if (const auto now = result.out.size() + result.err.size(); now != words) {
      words = now;
      since_a_word = AwakeClock();
    }
    auto left = command.deadline - clock.read();
    result.waited = command.deadline;
    if (const auto patience = command.silence - since_a_word.read(); command.silence.count() > 0 && patience < left) {
      left = patience;
      result.waited = command.silence;
    }
    result.timed_out = left.count() <= 0;
    if (!result.timed_out) child.wait(open_pipes(standard_out, standard_err), left);
  }
  const bool quiet = exit && !standard_out.pipe.open() && !standard_err.pipe.open();
  const auto ended = finish(child, quiet);
  if (!ended) result.undead = child.undead();
  result.exit_code = ended.value_or(Exit{}).status.value_or(-1);
  result.signal = ended.value_or(Exit{}).signal.value_or(0);
  result.truncated = standard_out.truncated || standard_err.truncated;
  return result;
}

Result run(const Command& command, const Kill& kill) {
  auto result = run_or_leave(command, kill);
  if (result.undead.empty()) return result;
  throw base::Error(base::ExitCode::could_not_measure, std::move(result.undead),
                    "it waits in the kernel, often for a driver or a network disk; a restart of the machine ends it");
}

}  // namespace envguard::process
