#pragma once

#include <string>
#include <string_view>

#include "model/lock.hpp"
#include "recipe/dtype.hpp"

namespace envguard::compare {

/// The largest band that is believed of a probe that computes in this type: relative L2. At least 22 times what was
/// measured (docs/fingerprint.md, "What a lock may say"); 0 for integers, which no round of a band moves.
[[nodiscard]] double band_limit(recipe::DType dtype);

/// No two results lie farther apart than twice the larger norm; the rest is room for the sketch. The limit of the bands
/// that no class is made of.
inline constexpr double farthest_band = 4;

/// What about the record no measurement can give, as in "its band is 1.0e+300"; nothing where all of it is possible.
/// `line`: what the lock holds for this probe.
[[nodiscard]] std::string impossible_in(const model::EvidenceRecord& record, std::string_view line);

/// Error lock_unreadable at `place` where `impossible_in` finds something in a record, or where a probe has another
/// number of elements under as-is than under strict.
void check_evidence_is_possible(const model::Lock& lock, const model::EvidenceTable& evidence, std::string_view place);

}  // namespace envguard::compare
