#pragma once

#include <optional>
#include <vector>

#include "model/difference.hpp"
#include "model/lock.hpp"
#include "model/run.hpp"
#include "recipe/dtype.hpp"

namespace envguard::compare {

/// A distance up to this many bands is rounding.
inline constexpr double rounding_border = 4;
/// No loss of precision is farther than this relative L2.
inline constexpr double precision_cap = 0.5;

/// Bits of the significand that computing in the next lower type loses: float64 to float32 29, float32 to bfloat16 16,
/// float16 and bfloat16 to float8_e4m3 7 and 4. 0 where there is no lower type.
[[nodiscard]] int bits_to_next_lower(recipe::DType dtype);

/// Rounding up to 4 bands; precision up to 4 bands times 2 to the bits lost, at most 0.5; wrong above. A distance below
/// what the sketches resolve is rounding; with a band of 0, which says that no ulp of the inputs reaches the result,
/// everything else is wrong.
[[nodiscard]] model::DriftClass classify(double distance, double band, recipe::DType dtype);

/// What a line that is judged by its band allows: what `classify` calls rounding.
[[nodiscard]] inline bool within_band(double distance, double band) {
  return distance <= rounding_border * band;
}

/// What is known of a run, or of a lock without bands, as a table of evidence.
[[nodiscard]] model::EvidenceTable evidence_of(const model::Run& run);  ///< under its plan's profile

/// Fills in distance, band and class of every probe. `locked` may be null; its band counts, or that of `here` where it
/// has none. Where the interval crosses a border the worse class is taken and said.
void assess(std::vector<model::MovedProbe>& moved, const model::EvidenceTable* locked, const model::EvidenceTable& here,
            model::Profile profile = model::Profile::strict);

/// The largest relative L2 of each probe over the rounds of a run that perturbs, against the same inputs as they are.
/// A probe of which none is defined (a status, other NaN positions), or of another profile than the run, is left out.
void set_bands(std::vector<model::EvidenceRecord>& records, const model::Run& perturbed);

/// Widens the bands by how far later runs of the same inputs lie from the first, whose evidence the records are.
void widen_bands(std::vector<model::EvidenceRecord>& records, const model::Run& later);

}  // namespace envguard::compare
