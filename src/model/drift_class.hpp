#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace envguard::model {

/// What kind of change a probe's distance from the lock is, mildest first. The borders are in compare/classify.hpp.
enum class DriftClass {
  rounding,     ///< as far as inputs that move by one ulp take it
  precision,    ///< as far as computing in the next lower type takes it
  wrong,        ///< farther, or another status, shape, or pattern of NaN and Inf
  other_stream  ///< random numbers: equal or not, no distance
};

inline constexpr std::array drift_classes{DriftClass::rounding, DriftClass::precision, DriftClass::wrong,
                                          DriftClass::other_stream};
[[nodiscard]] std::string_view name(DriftClass drift_class);  ///< kebab-case
[[nodiscard]] std::optional<DriftClass> parse_drift_class(std::string_view text);

}  // namespace envguard::model
