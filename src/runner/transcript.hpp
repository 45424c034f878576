#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/protocol.hpp"
#include "model/run.hpp"
#include "process/child.hpp"

namespace envguard::runner {

/// What one engine said on descriptor 3, line by line: pure, no clock and no process. The first fault ends it; what
/// came before stays.
class Transcript {
 public:
  enum class Phase { starting, opening, opened, ended };
  using Heard = std::function<void(const codec::Line&)>;

  /// `heard` is called after each line that was in its place.
  Transcript(const model::Plan& plan, std::string build, Heard heard = {});

  void add(std::string_view bytes);
  /// The engine has ended: a fault unless its last line came and its status is 0.
  void end(const process::Exit& exit);
  /// Sets the fault, where there is none yet: "the engine WHAT WHERE".
  void fail(model::Fault::Kind kind, const std::string& what);

  /// Sets the fault, whichever there was.
  void replace(model::Fault fault) { run_.fault = std::move(fault); }

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] int lines() const { return lines_; }  ///< so that silence can be noticed
  /// Whether the engine ended on purpose after a CUDA error.
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const std::optional<model::Fault>& fault() const { return run_.fault; }
  [[nodiscard]] model::Run take() { return std::move(run_); }

 private:
  void line(std::string_view text);
  void hear(const codec::Hello& hello);
  void hear(const codec::Opening& opening);
  void hear(const codec::NotOpened& answer);
  void hear(const codec::Opened& opened);
  void hear(const codec::Round& round);
  void hear(const codec::Begin& begin);
  void hear(const codec::Probe& probe);
  void hear(const codec::Libraries& libraries);
  void hear(const codec::Asked& asked);
  void hear(const codec::Done& done);
  void require(Phase phase) const;
  [[nodiscard]] std::string where() const;
  /// Where the probes of this round go.
  [[nodiscard]] std::vector<model::ProbeResult>& answered();
  [[nodiscard]] bool all_rounds_whole() const;

  model::Run run_;
  std::string build_;
  Heard heard_;
  std::string half_line_;
  Phase phase_ = Phase::starting;
  std::string library_;  ///< that is being opened
  std::string probe_;    ///< that is running
  int lines_ = 0;
  int probes_ = 0;  ///< over all rounds
  bool stopped_ = false;
  bool asked_whole_ = true;
};

}  // namespace envguard::runner
