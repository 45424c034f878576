#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"

namespace envguard::model {

/// Which settings a measurement ran under. `strict` pins what reproducibility needs and leaves the rest to the user;
/// `as_is` pins nothing: PyTorch's defaults as the environment changes them.
enum class Profile { strict, as_is };
[[nodiscard]] std::string_view name(Profile profile);  ///< "strict", "as-is"
[[nodiscard]] std::optional<Profile> parse_profile(std::string_view text);

/// The line of a probe that did not repeat when it was locked, and is judged by its band instead of its bits.
inline constexpr std::string_view by_band = "by-band";

enum class ProbeStatus { ok, unsupported, not_deterministic, failed };
[[nodiscard]] std::string_view name(ProbeStatus status);  ///< "ok", "unsupported", "not-deterministic", "failed"
[[nodiscard]] std::optional<ProbeStatus> parse_status(std::string_view text);

inline constexpr std::size_t sketch_buckets = 32;
inline constexpr std::size_t sentinel_count = 16;

/// CountSketch (Charikar, Chen and Farach-Colton, 2002) of a tensor; each bucket a double-double sum kept as f64 and
/// f32.
struct Sketch {
  std::array<double, sketch_buckets> high{};
  std::array<float, sketch_buckets> low{};
  friend bool operator==(const Sketch&, const Sketch&) = default;
};

/// Numbers kept of one tensor beside its hash. NaN and Inf are left out of norm, max and sketch.
struct Evidence {
  double norm = 0;  ///< L2
  double max = 0;   ///< max |x|
  std::uint64_t elements = 0, nan = 0, inf = 0, negative_zero = 0, subnormal = 0;
  base::Hash128 nonfinite_positions{};
  std::array<double, sentinel_count> sentinels{};
  Sketch sketch{};
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// One kept tensor. `hash` covers raw bytes, dtype, shape and strides; it and `evidence` are there exactly when status
/// is ok.
struct ProbeResult {
  std::string id;  ///< "blas.gemm_f32_257x1031x129": layer, dot, name
  ProbeStatus status = ProbeStatus::ok;
  std::optional<base::Hash128> hash;
  std::optional<Evidence> evidence;
  std::string message;   ///< of a refusal or failure
  std::string choice{};  ///< the backend that PyTorch chose for it: "flash"; empty where there is none to choose

  /// Stands in the place of the line where a band judges the probe: `by_band` within it, anything else beyond.
  std::string judged_as{};

  /// Hash in hex, or the status: what a lock's line holds and what is compared.
  [[nodiscard]] std::string line() const;
};

/// "blas" of "blas.gemm_f32_257x1031x129".
[[nodiscard]] std::string_view layer_of(std::string_view id);

/// XXH3-128 over (id, line) of every result, in this order.
[[nodiscard]] base::Hash128 fingerprint_id(const std::vector<std::pair<std::string, std::string>>& lines);

}  // namespace envguard::model
