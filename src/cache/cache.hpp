#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "model/run.hpp"

namespace envguard::cache {

struct Bounds {
  std::uintmax_t bytes = std::uintmax_t{64} << 20;  ///< of all entries; the oldest go first
  std::chrono::seconds age = std::chrono::hours(24 * 30);
};

/// Runs and verdicts kept outside the repository, one file each, safe beside other envguards. It is a cache: what
/// cannot be written is not kept, and what is damaged, of another build or older than the bounds is absent, never an
/// error.
class Cache {
 public:
  /// `folder`: model::Machine::cache. Made when first written to, readable by its owner alone.
  explicit Cache(std::filesystem::path folder, Bounds bounds = {});

  /// Only a whole Run is kept. Of its environment the caller's variables are left out: they may hold secrets.
  void keep(const model::Run& run, std::string_view build, const base::Hash128& manifest) const;
  /// The Run of this very plan, build and manifest (without the blob ids of policy and lock).
  [[nodiscard]] std::optional<model::Run> find(const model::Plan& plan, std::string_view build,
                                               const base::Hash128& manifest) const;

  /// One text a key, such as (work tree, environment): the newest wins.
  void keep_verdict(std::string_view key, std::string_view text) const;
  [[nodiscard]] std::optional<std::string> find_verdict(std::string_view key) const;
  void drop_verdict(std::string_view key) const;

 private:
  std::filesystem::path folder_;
  Bounds bounds_;
};

}  // namespace envguard::cache
