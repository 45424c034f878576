#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/call.hpp"
#include "cli/kept.hpp"
#include "cli/progress.hpp"
#include "cli/scene.hpp"
#include "compare/outcome.hpp"
#include "model/verdict.hpp"

namespace envguard::cli {

/// What a check was asked, beside the environment.
struct Question {
  std::string target;
  std::optional<model::Device> device;  ///< nothing: every lock whose key fits
  bool all_gpus = false;                ///< every GPU, one after the other
  bool require_gpu = false;             ///< where no GPU was judged, the verdict is `not judged`
  std::chrono::seconds wait{0};         ///< for a GPU that is busy
  compare::Context context = compare::Context::by_hand;
  Keeping keeping = Keeping::nothing;
  std::string against;  ///< --against: another PyTorch to put in the place of this one; empty: none
  std::string source;   ///< where the locks were read, where the scene does not say it
};

/// Judges an environment's locks on this machine. `locks`: as they lie in the repository, or the one of --lock. What
/// cannot be judged is a judgement that says so, never an exception; only an interruption and a usage error are thrown.
[[nodiscard]] model::Verdict judge(const Call& call, const Scene& scene, const model::Environment& environment,
                                   const repository::LockSet& locks, const Question& question, Purse& purse);

}  // namespace envguard::cli
