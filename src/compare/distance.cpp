#include "compare/distance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace envguard::compare {
namespace {

// Each bucket's difference is a sum of randomly signed element differences, so for a dense difference the sum of
// squares over k buckets is chi-squared with k degrees of freedom times d^2 / k. With k = 32 its 97.5% and 2.5%
// quantiles are 49.480 and 18.291: the true d lies between sqrt(32/49.480) and sqrt(32/18.291) times the estimate.
static_assert(model::sketch_buckets == 32);
constexpr double lower_factor = 0.804;
constexpr double upper_factor = 1.323;

/// In units of `norm`, and squared in units of the largest bucket: squares of what a float64 can hold need not fit into
/// one. (std::hypot would do it, and needs glibc 2.35.) Not finite where a bucket itself has overflowed.
double sketch_distance(const model::Sketch& a, const model::Sketch& b, double norm) {
  std::array<double, model::sketch_buckets> differences{};
  double largest = 0;
  for (std::size_t j = 0; j < model::sketch_buckets; ++j) {
    const double low = static_cast<double>(a.low[j]) - static_cast<double>(b.low[j]);
    // The low part of a bucket above 1e54 does not fit into its float.
    differences[j] = ((a.high[j] - b.high[j]) + (std::isfinite(low) ? low : 0)) / norm;
    if (!std::isfinite(differences[j])) return differences[j];
    largest = std::max(largest, std::abs(differences[j]));
  }
  if (largest == 0) return 0;
  double sum = 0;
  for (const double difference : differences) sum += (difference / largest) * (difference / largest);
  return largest * std::sqrt(sum);
}

/// Two results lie at least as far apart as their norms do (reverse triangle inequality), in units of the larger norm.
/// So a lock whose norm is too large cannot make a distance small. What rounding of both norms can do is taken off.
double norms_apart(double a, double b) {
  constexpr double rounding = 0x1p-50;
  return std::max(0.0, std::abs(a - b) / std::max(a, b) - rounding);
}

bool nonfinite_changed(const model::Evidence& locked, const model::Evidence& here) {
  return locked.nan != here.nan || locked.inf != here.inf || locked.nonfinite_positions != here.nonfinite_positions;
}

}  // namespace

std::optional<model::Distance> distance(const model::Evidence& locked, const model::Evidence& here) {
  if (locked.elements != here.elements || nonfinite_changed(locked, here)) return std::nullopt;
  model::Distance distance;
  const double norm = std::max(locked.norm, here.norm);
  distance.absolute = norm == 0;
  distance.value = sketch_distance(locked.sketch, here.sketch, norm == 0 ? 1 : norm);
  if (!std::isfinite(upper_factor * distance.value)) return std::nullopt;
  distance.low = lower_factor * distance.value;
  distance.high = upper_factor * distance.value;
  if (!distance.absolute) {
    const double least = norms_apart(locked.norm, here.norm);
    for (double* value : {&distance.value, &distance.low, &distance.high}) *value = std::max(*value, least);
  }
  distance.resolved = distance.value > 0;
  return distance;
}

}  // namespace envguard::compare
