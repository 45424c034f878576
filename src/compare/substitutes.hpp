#pragma once

#include <string>
#include <vector>

#include "compare/measure.hpp"
#include "model/difference.hpp"

namespace envguard::compare {

/// A recorded difference that one process can be started without.
struct Substitute {
  std::string name;
  Step put_back;
};

/// Name of the substitute that --against is: another PyTorch with all that it brings.
inline constexpr const char* other_install_name = "torch";

/// The differences that can be put back, likeliest cause of these drifted probes first: knobs that an experiment may
/// remove, or set to the lock's value (recipe/knobs.hpp); with `against` the install; and under as-is threads and
/// flags, unless a knob differs that may have chosen them.
[[nodiscard]] std::vector<Substitute> substitutes(const std::vector<model::Difference>& differences,
                                                  const std::vector<std::string>& drifted, model::Profile profile,
                                                  bool against);

/// Names of the differences that may have moved bits and that no process can be started without, likeliest first.
[[nodiscard]] std::vector<std::string> not_substitutable(const std::vector<model::Difference>& differences,
                                                         const std::vector<std::string>& drifted,
                                                         model::Profile profile, bool against);

}  // namespace envguard::compare
