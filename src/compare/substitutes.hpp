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

/// The differences that can be put back, likeliest cause of these drifted probes first: knobs (a path only where the
/// lock has it unset), with `against` the install, and under as-is, where no knob differs that may have chosen them,
/// threads and flags.
[[nodiscard]] std::vector<Substitute> substitutes(const std::vector<model::Difference>& differences,
                                                  const std::vector<std::string>& drifted, model::Profile profile,
                                                  bool against);

/// Names of the differences that may have moved bits and that no process can be started without, likeliest first.
[[nodiscard]] std::vector<std::string> not_substitutable(const std::vector<model::Difference>& differences,
                                                         const std::vector<std::string>& drifted,
                                                         model::Profile profile, bool against);

}  // namespace envguard::compare
