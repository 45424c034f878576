#include "compare/possible_evidence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

/// Room for rounding in norms and sums; far below what any forged number needs.
constexpr double tolerance = 1 + 1e-6;
constexpr double smallest = 1e-300;

bool at_most(double value, double limit) {
  return value <= limit * tolerance + smallest;  // false for NaN
}

std::string norm_fault(const model::Evidence& evidence) {
  const double root = std::sqrt(static_cast<double>(evidence.elements));
  if (!std::isfinite(evidence.max) || evidence.max < 0)
    return fmt::format("its largest element is {:g} in size", evidence.max);
  if (!std::isfinite(evidence.norm) || evidence.norm < 0) return fmt::format("its norm is {:g}", evidence.norm);
  if (!at_most(evidence.max, evidence.norm) || !at_most(evidence.norm, evidence.max * root)) {
    return fmt::format("its norm is {:g}, and {} elements of at most {:g} cannot have it", evidence.norm,
                       evidence.elements, evidence.max);
  }
  return {};
}

std::string count_fault(const model::Evidence& evidence) {
  struct Count {
    std::string_view name;
    std::uint64_t value;
  };
  // -0 and subnormal elements are finite, and none is both: so all of them fit into the elements.
  std::uint64_t rest = evidence.elements;
  for (const auto& [name, value] : {Count{"NaN", evidence.nan},
                                    {"Inf", evidence.inf},
                                    {"-0", evidence.negative_zero},
                                    {"subnormal", evidence.subnormal}}) {
    if (value > rest) return fmt::format("it counts {} {} among {} elements", value, name, evidence.elements);
    rest -= value;
  }
  const bool has_positions = evidence.nonfinite_positions != base::Hash128{};
  if (has_positions != (evidence.nan + evidence.inf > 0))
    return fmt::format("it counts {} NaN and Inf and {} their positions", evidence.nan + evidence.inf,
                       has_positions ? "has" : "lacks");
  return {};
}

std::string sentinel_fault(const model::Evidence& evidence) {
  for (const double value : evidence.sentinels) {
    const bool possible = std::isnan(value)   ? evidence.nan > 0
                          : std::isinf(value) ? evidence.inf > 0
                                              : std::fabs(value) <= evidence.max;
    if (!possible) return fmt::format("it shows an element {:g}, and its largest is {:g}", value, evidence.max);
  }
  return {};
}

/// A bucket is a signed sum of some elements, so by Cauchy and Schwarz all of them together are no larger than the norm
/// times the root of the number of elements. For results that know nothing of the buckets and their signs, more than
/// four norms would need sixteen equal elements in one bucket with one sign: 1 in 2^90. Less than a sixteenth would
/// need large elements that cancel each other in pairs; no result of many sizes does.
std::string sketch_fault(const model::Evidence& evidence) {
  constexpr double most_norms = 4, least_norms = 1.0 / 16;
  constexpr double low_fits_below = 1e54;  // above it the low part of a bucket is too large for its float
  double squares = 0;
  for (std::size_t i = 0; i < evidence.sketch.high.size(); ++i) {
    const double high = evidence.sketch.high[i], low = static_cast<double>(evidence.sketch.low[i]);
    const bool low_fits = std::fabs(high) < low_fits_below;
    if (!std::isfinite(high) || std::isnan(low) || (low_fits && !at_most(std::fabs(low), std::fabs(high) * 0x1p-51)))
      return fmt::format("a bucket of its sketch is {:g} and {:g}", high, low);
    if (high != 0) squares += (high / evidence.norm) * (high / evidence.norm);
  }
  const double most = std::min(most_norms * most_norms, static_cast<double>(evidence.elements));
  const double least = evidence.norm > 0 ? least_norms * least_norms : 0;
  if (at_most(squares, most) && squares >= least) return {};
  return fmt::format("its sketch is {:.1e} times as large as its norm, and {:.1e} to {:.1e} times is possible",
                     std::sqrt(squares), std::sqrt(least), std::sqrt(most));
}

std::string band_fault(std::string_view id, double band) {
  const auto text = fmt::format("its band is {:.1e}", band);
  if (!(band >= 0)) return text + ", and a distance is never below zero";
  if (model::layer_of(id) == "rng") return text + ", and random streams have none";
  const auto* definition = recipe::find(id);
  const bool classifies = definition != nullptr && definition->classifies;
  const double limit = classifies ? band_limit(definition->dtype) : farthest_band;
  if (band <= limit) return {};
  return text + fmt::format(", and a change of one ulp in the inputs moves a {} result by at most {:.1e}",
                            classifies ? recipe::name(definition->dtype) : "trained", limit);
}

}  // namespace

double band_limit(recipe::DType dtype) {
  switch (dtype) {
    case recipe::DType::float64:
      return 0x1p-36;
    case recipe::DType::float32:
      return 0x1p-7;
    case recipe::DType::float16:
      return 0x1p-3;
    case recipe::DType::bfloat16:
      return 0x1p-2;
    case recipe::DType::int64:
      break;
  }
  return 0;
}

std::string impossible_in(const model::EvidenceRecord& record, std::string_view line) {
  const auto& evidence = record.evidence;
  if (model::parse_status(line)) {
    const bool empty = evidence == model::Evidence{} && !record.band;
    return empty ? std::string()
                 : fmt::format("it holds numbers, and the lock says that nothing was computed ({})", line);
  }
  if (evidence.elements == 0) return "it has no elements";
  for (auto* fault : {norm_fault, count_fault, sentinel_fault, sketch_fault}) {
    if (auto found = fault(evidence); !found.empty()) return found;
  }
  return record.band ? band_fault(record.id, *record.band) : std::string();
}

void check_evidence_is_possible(const model::Lock& lock, const model::EvidenceTable& evidence, std::string_view place) {
  const auto impossible = [&](const std::string& id, const std::string& what) {
    return base::Error(base::ExitCode::lock_unreadable,
                       fmt::format("no measurement gives these numbers of {}: {}", id, what),
                       "restore both files with git, or move them away and measure again: envguard lock")
        .at(place);
  };
  for (const auto profile : {model::Profile::strict, model::Profile::as_is}) {
    for (const auto& [id, line] : lock.lines(profile)) {
      const auto* record = evidence.record(id, profile);
      if (record == nullptr) throw impossible(id, "there are none");
      if (auto what = impossible_in(*record, line); !what.empty()) throw impossible(id, what);
      const auto* strict = evidence.record(id);
      if (strict == nullptr || strict->evidence.elements == 0 || record->evidence.elements == 0) continue;
      if (strict->evidence.elements != record->evidence.elements) {
        throw impossible(id, fmt::format("it has {} elements under as-is and {} under strict",
                                         record->evidence.elements, strict->evidence.elements));
      }
    }
  }
}

}  // namespace envguard::compare
