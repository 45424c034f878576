#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/protocol.hpp"
#include "engine/channel.hpp"
#include "engine/printed_text.hpp"
#include "engine/probes/bench.hpp"
#include "engine/torch/torch.hpp"
#include "model/run.hpp"

namespace envguard::engine {

/// Runs a plan's units in order and sends one line a probe. A unit that PyTorch refuses takes only its own remaining
/// probes with it.
class Ladder {
 public:
  Ladder(const torch::Torch& torch, const model::Plan& plan, Channel& channel, PrintedText& printed)
      : torch_(torch), direct_(torch), plan_(plan), channel_(channel), printed_(printed) {}

  /// Every round of the plan. What the last line says: after a lost CUDA context it stops early, since nothing after it
  /// can be believed.
  [[nodiscard]] codec::Done run();

 private:
  struct Ending {
    model::ProbeStatus status = model::ProbeStatus::ok;
    std::string message;
  };

  void run_round();
  void run_unit(const recipe::Unit& unit);
  [[nodiscard]] Ending measure(probes::Bench& bench);
  [[nodiscard]] Ending refused(model::ProbeStatus status, const std::string& message);
  [[nodiscard]] bool device_answers() const;
  void send(const probes::Kept& kept);
  void send_refused(std::string_view id, const Ending& ending);
  [[nodiscard]] bool wanted(std::string_view id) const;

  const torch::Torch& torch_;
  cuda::Direct direct_;
  const model::Plan& plan_;
  Channel& channel_;
  PrintedText& printed_;
  std::optional<std::uint64_t> perturb_;  ///< of this round
  int sent_ = 0;
  bool device_lost_ = false;
};

}  // namespace envguard::engine
