#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/results.hpp"
#include "report/style.hpp"

namespace envguard::report {

/// One knob turned, and what it moved.
struct KnobTurned {
  std::string name, value;
  std::vector<model::LayerSummary> layers;  ///< lowest first
};

/// The pieces of `try`, each printed as soon as it is known.
[[nodiscard]] std::string try_environment(const model::Observed& observed, const model::Device& device,
                                          const Style& style);
/// `second` is the id of the same measurement in another process.
[[nodiscard]] std::string try_fingerprint(const model::Fingerprint& first, const base::Hash128& second,
                                          const Style& style);
/// The knobs that were turned in this order; the last one moved something, or none did.
[[nodiscard]] std::string try_knobs(const std::vector<KnobTurned>& turned, const Style& style);
/// The next three commands.
[[nodiscard]] std::string try_next(bool in_repository, const Style& style);

}  // namespace envguard::report
