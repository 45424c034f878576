#pragma once

#include <string>
#include <vector>

#include "model/verdict.hpp"
#include "report/page.hpp"

namespace envguard::report {

/// "1.2e-07 (0.9–1.6e-07), 0.4 x band": distance, 95% interval, and how many bands it is where one is known.
[[nodiscard]] std::string how_far(const model::MovedProbe& probe);

/// What class a probe's change is: "rounding", "precision (or rounding)" where the interval crosses a border, "detects,
/// never classifies", "no class: no band".
[[nodiscard]] std::string class_of(const model::MovedProbe& probe);

/// How many probes were judged.
[[nodiscard]] std::size_t judged(const model::Numerics& numerics);
/// "105 probes identical"; "64 probes identical, 41 unsupported on both sides" where some were not computed.
[[nodiscard]] std::string how_many_are_equal(const model::Numerics& numerics);

/// The worst probe of each layer that moved, lowest layer first: how far and which class.
void put_distances(Page& page, const std::vector<model::LayerSummary>& layers,
                   const std::vector<model::MovedProbe>& moved);

/// What was found under one profile: what moved (where `with_moved`), how far, what the policy makes of it, what does
/// not repeat, and why.
void put_numerics(Page& page, const model::Numerics& numerics, bool with_moved);

}  // namespace envguard::report
