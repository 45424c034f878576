#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/device.hpp"
#include "model/lock.hpp"
#include "model/observed.hpp"

namespace envguard::compare {

/// Where a check was told to look.
struct Asked {
  std::optional<model::Device> device;  ///< nothing: wherever a lock fits
  bool all_gpus = false;                ///< every GPU, one after the other
  std::string target;                   ///< empty: none was named
};

/// The devices on which an environment's locks are judged, GPUs first. Of several GPUs of one key an idle one; none
/// whose key no lock has, unless it was asked for. `observed.devices` where GPUs were asked about.
[[nodiscard]] std::vector<model::Device> places(const std::vector<model::Lock>& locks, const model::Observed& observed,
                                                const Asked& asked);

/// A lock that was named is of the kind of device that was asked for; Error usage where it is not.
void insist_on_kind(const std::vector<model::Lock>& locks, const Asked& asked);

/// Whether judging these locks takes asking for GPUs.
[[nodiscard]] bool needs_gpus(const std::vector<model::Lock>& locks, const Asked& asked);

/// Whether anything of this machine speaks of an NVIDIA GPU, a broken, hidden or lost one included. `observed.devices`
/// where GPUs were asked about.
[[nodiscard]] bool shows_nvidia(const model::Observed& observed);

}  // namespace envguard::compare
