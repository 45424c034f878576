#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "cache/entries.hpp"
#include "model/run.hpp"

namespace envguard::cache {

/// Runs kept outside the repository, one file each, safe beside other envguards. What cannot be written is
/// not kept; what is damaged or too old is absent; neither is an error.
class Cache {
 public:
  /// `folder`: model::Machine::cache. Made when first written to, for its owner alone.
  explicit Cache(const std::filesystem::path& folder, Bounds bounds = {});

  /// Only a whole Run is kept. Of its environment the caller's variables are left out: they may hold secrets.
  void keep(const model::Run& run, std::string_view build, const base::Hash128& manifest) const;
  /// The Run of this very plan by this build under this manifest (digest without the blob ids of policy and lock).
  [[nodiscard]] std::optional<model::Run> find(const model::Plan& plan, std::string_view build,
                                               const base::Hash128& manifest) const;

 private:
  Entries entries_;
};

}  // namespace envguard::cache
