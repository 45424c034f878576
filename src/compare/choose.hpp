#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/observed.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// Which of an environment's locks to judge.
struct Wanted {
  std::optional<model::DeviceKind> device;  ///< nothing: every lock whose key fits, GPU first
  std::string target;                       ///< empty: none was named
};

/// A name for the target of this hardware that none of `taken` is: of the key, longer where that is taken.
[[nodiscard]] std::string free_target_name(const std::vector<std::string>& taken, const model::Key& key);

/// Whether the lock was made on the hardware that was observed.
[[nodiscard]] bool fits(const model::Lock& lock, const model::Observed& observed);

/// Indices of the locks to judge, GPU first. A named target is returned whether it fits or not (`next` says so); none
/// of that name, or two that fit one device and none named: Error usage. Empty: none is for this hardware, see
/// `not_locked_here`.
[[nodiscard]] std::vector<std::size_t> choose(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                              const Wanted& wanted);

/// Index of the lock of this kind of device whose hardware is nearest: of CPUs the same vendor counts most, then
/// the instruction set, family and model; of GPUs compute capability, then name. Nothing: there is none of that kind.
[[nodiscard]] std::optional<std::size_t> nearest(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                                 model::DeviceKind device);

/// The judgement where locks of this environment exist and none is for this hardware. `locks` is not empty.
[[nodiscard]] model::Judgement not_locked_here(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                               const Wanted& wanted);

}  // namespace envguard::compare
