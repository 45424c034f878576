#pragma once

#include <chrono>

#include "model/run.hpp"
#include "process/awake_clock.hpp"
#include "process/child.hpp"
#include "process/descriptor.hpp"
#include "process/environment.hpp"
#include "runner/runner.hpp"
#include "runner/scratch_folder.hpp"
#include "runner/tail.hpp"
#include "runner/transcript.hpp"

namespace envguard::runner {

/// One engine process, from its start to the end of its session.
class Attempt {
 public:
  /// `plan` as the engine sees it. Error could_not_measure where the engine cannot be started.
  Attempt(const Setup& setup, const model::Plan& plan, const process::Environment& environment, const Watch& watch);

  /// Listens until the engine ends, or `clock` reaches `until`. Error interrupted, after the session was killed.
  void listen(process::AwakeClock& clock, std::chrono::milliseconds until);

  [[nodiscard]] bool stopped() const { return transcript_.stopped(); }
  [[nodiscard]] model::Run take();

 private:
  void drain();
  void tell(const codec::Line& line);
  void hand_over_tensor(const std::string& probe, const codec::Extent& extent) const;
  /// How long the engine may stay silent from now on; sets the fault where that time is over.
  std::chrono::milliseconds patience(std::chrono::milliseconds now, std::chrono::milliseconds until);
  void end_session();

  const Deadlines deadlines_;
  const Watch& watch_;
  const int probe_count_;
  ScratchFolder folder_;
  process::Descriptor plan_, tensors_;
  process::Pipe output_, results_;
  Tail tail_;
  Transcript transcript_;
  std::chrono::milliseconds last_line_{};
  int lines_ = 0;
  int answered_ = 0;
  process::Child child_;
};

}  // namespace envguard::runner
