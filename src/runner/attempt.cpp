#include "runner/attempt.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "codec/plan.hpp"

namespace envguard::runner {

namespace {

using Kind = model::Fault::Kind;
using std::chrono::milliseconds;

/// An engine that has said its last line gets this long to go; its answers are whole either way.
constexpr milliseconds farewell{2'000};

std::filesystem::path temporary_folder(const model::EnvironmentMap& environment) {
  const auto found = environment.find("TMPDIR");
  return found == environment.end() || found->second.empty() ? "/tmp" : std::filesystem::path(found->second);
}

process::Start start(const Setup& setup, const process::Environment& environment, const std::filesystem::path& folder,
                     std::vector<int> descriptors) {
  return {{setup.engine.string(), "--protocol", std::to_string(codec::protocol_number), "--parent",
           std::to_string(::getpid())},
          folder,
          environment.variables,
          std::move(descriptors)};
}

std::string seconds(milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

template <typename Sink>
void drain_pipe(process::Descriptor& pipe, const Sink& sink) {
  // Bounded, so that a flood does not keep the deadlines from being looked at.
  for (int reads = 0; reads < 16 && pipe.open(); ++reads) {
    std::string bytes;
    const auto flow = process::read_available(pipe.number(), bytes);
    sink(bytes);
    if (flow == process::Flow::end) pipe.close();
    if (flow == process::Flow::nothing_yet) return;
  }
}

}  // namespace

Attempt::Attempt(const Setup& setup, const model::Plan& plan, const process::Environment& environment,
                 const Watch& watch)
    : deadlines_(setup.deadlines),
      watch_(watch),
      probe_count_(static_cast<int>(plan.probes.size() * std::max<std::size_t>(1, plan.perturb.size()))),
      folder_(temporary_folder(setup.caller)),
      plan_(process::memory_file("plan", codec::write_plan(plan, setup.build))),
      tensors_(process::memory_file("tensors")),
      output_(process::make_pipe()),
      results_(process::make_pipe()),
      tail_(base::limits::child_output_bytes),
      transcript_(plan, setup.build, [this](const codec::Line& line) { tell(line); }),
      child_(start(setup, environment, folder_.path(),
                   {plan_.number(), output_.write.number(), output_.write.number(), results_.write.number(),
                    tensors_.number()}),
             setup.kill) {
  output_.write.close();
  results_.write.close();
}

void Attempt::listen(process::AwakeClock& clock, milliseconds until) {
  last_line_ = clock.read();
  try {
    while (!transcript_.fault()) {
      // Asked first: one drain takes more than a pipe holds, so what it wrote before it ended is then whole.
      const auto exit = child_.exited();
      drain();
      if (exit) {
        transcript_.end(*exit);
        break;
      }
      const auto left = patience(clock.read(), until);
      if (left.count() <= 0) break;
      std::vector<int> open;
      for (const auto* pipe : {&output_.read, &results_.read}) {
        if (pipe->open()) open.push_back(pipe->number());
      }
      child_.wait(open, left);
    }
  } catch (const base::Error& error) {
    if (child_.end()) throw;
    throw base::Error(error.code(), fmt::format("{}; {}", error.message(), child_.undead()), error.next());
  }
  end_session();
}

milliseconds Attempt::patience(milliseconds now, milliseconds until) {
  if (transcript_.lines() != lines_) last_line_ = now;
  lines_ = transcript_.lines();
  if (transcript_.phase() == Transcript::Phase::ended) return last_line_ + farewell - now;

  const bool opened = transcript_.phase() == Transcript::Phase::opened;
  const auto allowed = opened ? deadlines_.probe : deadlines_.opening;
  const auto silent_until = last_line_ + allowed;
  const auto left = std::min(silent_until, until) - now;
  if (left.count() > 0) return left;
  if (until <= silent_until) {
    transcript_.fail(Kind::timed_out, "was ended at the deadline of the whole measurement (" + seconds(until) + ")");
  } else {
    transcript_.fail(Kind::timed_out, "did not answer within " + seconds(allowed));
  }
  return left;
}

void Attempt::end_session() {
  const auto ended = child_.end();
  drain_pipe(output_.read, [this](const std::string& bytes) { tail_.add(bytes); });
  if (ended) return;
  const auto before = transcript_.fault() ? transcript_.fault()->what + "; " : "";
  const auto probe = transcript_.fault() ? transcript_.fault()->probe : "";
  transcript_.replace({Kind::will_not_die, before + child_.undead(), probe});
}

void Attempt::drain() {
  drain_pipe(output_.read, [this](const std::string& bytes) { tail_.add(bytes); });
  drain_pipe(results_.read, [this](const std::string& bytes) { transcript_.add(bytes); });
}

void Attempt::tell(const codec::Line& line) {
  Progress progress{Progress::Stage::probe, "", answered_, probe_count_};
  if (const auto* probe = std::get_if<codec::Probe>(&line)) {
    ++answered_;
    if (probe->bytes && watch_.tensor) hand_over_tensor(probe->result.id, *probe->bytes);
    return;
  }
  if (const auto* opening = std::get_if<codec::Opening>(&line)) {
    progress.stage = Progress::Stage::opening;
    progress.name = opening->library;
  } else if (const auto* opened = std::get_if<codec::Opened>(&line)) {
    progress.stage = Progress::Stage::opened;
    progress.name = opened->torch;
  } else if (const auto* begin = std::get_if<codec::Begin>(&line)) {
    progress.name = begin->probe;
  } else {
    return;
  }
  if (watch_.progress) watch_.progress(progress);
}

void Attempt::hand_over_tensor(const std::string& probe, const codec::Extent& extent) const {
  struct stat file{};
  ::fstat(tensors_.number(), &file);
  const auto size = static_cast<std::uint64_t>(file.st_size);
  if (extent.offset > size || extent.length > size - extent.offset) {
    throw base::Error(base::ExitCode::could_not_measure, "a tensor beyond the end of its file");
  }
  std::vector<std::byte> bytes(extent.length);
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto count =
        ::pread(tensors_.number(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(extent.offset + have));
    if (count <= 0) throw base::Error(base::ExitCode::could_not_measure, "a tensor that cannot be read");
    have += static_cast<std::size_t>(count);
  }
  watch_.tensor(probe, bytes);
}

model::Run Attempt::take() {
  auto run = transcript_.take();
  run.output = tail_.text();
  return run;
}

}  // namespace envguard::runner
