#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/cause.hpp"
#include "model/observed.hpp"
#include "model/policy.hpp"
#include "model/run.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// What stands for the value of a knob that is not set.
inline constexpr std::string_view not_set = "not set";

/// What a lock records of a machine beside the bits.
struct Recorded {
  model::Table versions, build, knobs, caches, settings{};
};

/// `run` may be null, and `as_is_run`, of which the settings are. Where the libraries it loaded contradict what the
/// install says, the loaded version counts.
[[nodiscard]] Recorded recorded(const model::Observed& observed, const model::Policy& policy, model::DeviceKind device,
                                const model::Run* run, const model::Run* as_is_run = nullptr);
[[nodiscard]] Recorded recorded(const model::Lock& lock);
/// What PyTorch started with under as-is: on a GPU its flags, on a CPU its threads, and the attention backends it
/// chose.
[[nodiscard]] model::Table settings_of(const model::Run& as_is_run);
/// What the lock recorded, less what PyTorch tells only once it was opened and `here` has not.
[[nodiscard]] Recorded known_before_measuring(Recorded locked, const Recorded& here);

/// What differs, what most likely matters first: knobs, the versions that are locked by default, [build], other
/// versions, cache sizes. Every difference is a note, or overridden where strict replaces the knob.
[[nodiscard]] std::vector<model::Difference> differences(const Recorded& older, const Recorded& newer);

/// The same, with versions weighed by the policy; a version that is the lock's and still breaks a specifier is listed
/// too.
[[nodiscard]] std::vector<model::Difference> differences(const Recorded& locked, const Recorded& here,
                                                         const model::Policy& policy, model::DeviceKind device);

/// torch, torch-git, cuda, cudnn, nccl, cublas, nvrtc: "locked" where the policy does not name them.
[[nodiscard]] bool locked_by_default(std::string_view component);

/// Whether it can have moved a probe of this profile: not what strict replaces, settings only under as-is, and never a
/// cache size, which only chooses blockings.
[[nodiscard]] bool may_move_bits(const model::Difference& difference, model::Profile profile = model::Profile::strict);

/// The differences that somebody should put back: those that block; where bits moved (`drifted`) also the knobs and the
/// versions locked by default, and where there is none of these whatever may have moved them.
/// A confirmed cause that explains every probe takes the place of the last two.
[[nodiscard]] std::vector<model::Difference> to_mend(const std::vector<model::Difference>& differences, bool drifted,
                                                     const std::optional<model::Cause>& cause);

}  // namespace envguard::compare
