#include "model/drift_class.hpp"

#include <algorithm>

namespace envguard::model {

std::string_view name(DriftClass drift_class) {
  constexpr std::array<std::string_view, drift_classes.size()> names{"rounding", "precision", "wrong", "other-stream"};
  return names.at(static_cast<std::size_t>(drift_class));
}

std::optional<DriftClass> parse_drift_class(std::string_view text) {
  const auto* found = std::ranges::find(drift_classes, text, [](DriftClass each) { return name(each); });
  return found == drift_classes.end() ? std::nullopt : std::optional(*found);
}

}  // namespace envguard::model
