#include "runner/transcript.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace envguard::runner {

namespace {

using Kind = model::Fault::Kind;

constexpr std::size_t most_libraries = 4096;
constexpr std::size_t most_variables = 8192;

[[noreturn]] void out_of_place(const std::string& what) {
  throw base::Error(base::ExitCode::could_not_measure, what);
}

std::string shown(std::string_view text) {
  return base::visible(text.substr(0, 400));
}

}  // namespace

Transcript::Transcript(const model::Plan& plan, std::string build, Heard heard)
    : build_(std::move(build)), heard_(std::move(heard)) {
  run_.plan = plan;
}

void Transcript::add(std::string_view bytes) {
  while (!run_.fault && !bytes.empty()) {
    const auto end = bytes.find('\n');
    half_line_.append(bytes.substr(0, end));
    if (half_line_.size() >= base::limits::protocol_line_bytes) {
      fail(Kind::bad_protocol, "wrote a line of more than 64 KiB");
      return;
    }
    if (end == std::string_view::npos) return;
    line(std::exchange(half_line_, {}));
    bytes.remove_prefix(end + 1);
  }
}

void Transcript::line(std::string_view text) {
  try {
    const auto line = codec::read_line(text);
    std::visit([this](const auto& one) { hear(one); }, line);
    ++lines_;
    if (heard_ && !run_.fault) heard_(line);
  } catch (const base::Error& error) {
    if (error.code() != base::ExitCode::could_not_measure) throw;
    fail(Kind::bad_protocol, "wrote what is not of the protocol (" + error.message() + ")");
  }
}

void Transcript::end(const process::Exit& exit) {
  if (run_.fault) return;
  if (exit.signal) {
    const auto* memory = *exit.signal == SIGKILL ? " (the kernel does that when memory runs out)" : "";
    fail(Kind::crashed, "died of " + process::signal_name(*exit.signal) + memory);
  } else if (!half_line_.empty()) {
    fail(Kind::no_done, "ended in the middle of a line");
  } else if (phase_ != Phase::ended) {
    fail(Kind::no_done, fmt::format("ended with status {} and without its last line", exit.status.value_or(-1)));
  } else if (exit.status != 0) {
    fail(Kind::crashed, fmt::format("ended with status {} after its last line", exit.status.value_or(-1)));
  }
}

void Transcript::fail(Kind kind, const std::string& what) {
  if (!run_.fault) run_.fault = model::Fault{kind, "the engine " + what + where(), probe_};
}

std::string Transcript::where() const {
  if (!probe_.empty()) return " in " + shown(probe_);
  if (!library_.empty()) return " while it opened " + shown(library_);
  return phase_ == Phase::starting ? " before it said hello" : "";
}

void Transcript::require(Phase phase) const {
  if (phase_ != phase) out_of_place("a line out of its place");
}

void Transcript::hear(const codec::Hello& hello) {
  require(Phase::starting);
  phase_ = Phase::opening;
  run_.build = hello.build;
  if (hello.protocol == codec::protocol_number && hello.build == build_ && hello.recipe == run_.plan.recipe) return;
  run_.fault = {
      Kind::other_build,
      fmt::format("envguard is build {} (protocol {}, recipe {}), the engine is build {} (protocol {}, recipe {})",
                  build_, codec::protocol_number, run_.plan.recipe, shown(hello.build), hello.protocol, hello.recipe),
      ""};
}

void Transcript::hear(const codec::Opening& opening) {
  require(Phase::opening);
  library_ = opening.library;
}

void Transcript::hear(const codec::NotOpened& answer) {
  require(Phase::opening);
  run_.fault = {Kind::not_opened, shown(answer.what) + " (looked for: " + shown(answer.looked_for) + ")", ""};
}

void Transcript::hear(const codec::Opened& opened) {
  require(Phase::opening);
  phase_ = Phase::opened;
  library_.clear();
  run_.torch_version = opened.torch;
  run_.gpu = opened.gpu;
  run_.built = opened.built;
  run_.flags = opened.flags;
  run_.not_settable = opened.not_settable;
}

std::vector<model::ProbeResult>& Transcript::answered() {
  return run_.rounds.empty() ? run_.probes : run_.rounds.back();
}

bool Transcript::all_rounds_whole() const {
  const auto whole = [this](const auto& results) { return results.size() == run_.plan.probes.size(); };
  if (run_.plan.perturb.empty()) return whole(run_.probes);
  return run_.rounds.size() == run_.plan.perturb.size() && std::ranges::all_of(run_.rounds, whole);
}

void Transcript::hear(const codec::Round& round) {
  require(Phase::opened);
  const auto begun = run_.rounds.size();
  if (begun >= run_.plan.perturb.size() || run_.plan.perturb[begun] != round.perturb) {
    out_of_place("a round that was not asked for");
  }
  run_.rounds.emplace_back();
}

void Transcript::hear(const codec::Begin& begin) {
  require(Phase::opened);
  if (run_.rounds.empty() != run_.plan.perturb.empty()) out_of_place("a probe outside of a round");
  probe_ = begin.probe;
}

void Transcript::hear(const codec::Probe& probe) {
  require(Phase::opened);
  if (run_.rounds.empty() != run_.plan.perturb.empty()) out_of_place("a probe outside of a round");
  const auto& id = probe.result.id;
  if (std::ranges::find(run_.plan.probes, id) == run_.plan.probes.end()) {
    out_of_place("probe " + shown(id) + " was not asked for");
  }
  auto& results = answered();
  if (std::ranges::find(results, id, &model::ProbeResult::id) != results.end()) {
    out_of_place("probe " + shown(id) + " came twice");
  }
  results.push_back(probe.result);
  ++probes_;
}

void Transcript::hear(const codec::Libraries& line) {
  require(Phase::opened);
  probe_.clear();
  run_.libraries.insert(run_.libraries.end(), line.libraries.begin(), line.libraries.end());
  run_.versions.insert(run_.versions.end(), line.versions.begin(), line.versions.end());
  if (run_.libraries.size() + run_.versions.size() > most_libraries) out_of_place("too many libraries");
}

void Transcript::hear(const codec::Asked& line) {
  require(Phase::opened);
  if (!line.whole) asked_whole_ = false;
  auto& names = run_.asked.emplace(std::move(run_.asked).value_or(std::vector<std::string>()));
  names.insert(names.end(), line.names.begin(), line.names.end());
  if (names.size() > most_variables) out_of_place("too many variables");
}

void Transcript::hear(const codec::Done& done) {
  require(Phase::opened);
  stopped_ = done.stopped == codec::stopped_by_cuda_error;
  if (done.probes != probes_) {
    out_of_place(fmt::format("{} probes announced, {} came", done.probes, probes_));
  }
  if (!stopped_ && !all_rounds_whole()) {
    const auto rounds = std::max<std::size_t>(1, run_.plan.perturb.size());
    out_of_place(fmt::format("{} probes asked for, {} came", run_.plan.probes.size() * rounds, probes_));
  }
  if (!asked_whole_) run_.asked.reset();
  phase_ = Phase::ended;
  probe_.clear();
}

}  // namespace envguard::runner
