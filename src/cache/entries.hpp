#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"

namespace envguard::cache {

struct Bounds {
  std::uintmax_t bytes = std::uintmax_t{64} << 20;  ///< of all entries of a folder; the oldest go first
  std::chrono::seconds age = std::chrono::hours(24 * 30);
};

/// Texts by key, one file each, in one folder. Several programs may use it at once. Nothing here is ever an error: what
/// cannot be written is not kept; what is damaged, too old, or not of this user alone is absent.
class Entries {
 public:
  Entries(std::filesystem::path folder, Bounds bounds);

  void keep(const base::Hash128& key, std::string_view text) const;
  [[nodiscard]] std::optional<std::string> find(const base::Hash128& key) const;

 private:
  [[nodiscard]] std::filesystem::path file(const base::Hash128& key) const;
  void prune() const;

  std::filesystem::path folder_;
  Bounds bounds_;
};

}  // namespace envguard::cache
