#pragma once

#include <optional>

#include "model/distance.hpp"
#include "model/probe.hpp"

namespace envguard::compare {

/// The distance between two results of one probe whose bits differ. Nothing where none is defined: another number of
/// elements, or other NaN or Inf positions, which norm and sketch leave out.
[[nodiscard]] std::optional<model::Distance> distance(const model::Evidence& locked, const model::Evidence& here);

}  // namespace envguard::compare
