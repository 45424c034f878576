#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace envguard::compare {

/// How well what a difference of this name is known to move fits the probes that drifted, from 0 to 1: families in
/// both, over families in either. Trainings are left out, since everything moves them. It only gives an order to try
/// and words where nothing can be tried; it never confirms.
[[nodiscard]] double likelihood(std::string_view name, const std::vector<std::string>& drifted);

}  // namespace envguard::compare
