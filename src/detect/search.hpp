#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// Looks at files and remembers each, present or not: what a kept verdict rests on. What cannot be read counts as
/// absent; nothing here throws for a file.
class Search {
 public:
  [[nodiscard]] bool has_file(const std::filesystem::path& path);
  [[nodiscard]] bool has_folder(const std::filesystem::path& path);
  /// Whole text; nothing where it is absent, unreadable or larger than `limit` bytes.
  [[nodiscard]] std::optional<std::string> text(const std::filesystem::path& path,
                                                std::size_t limit = base::limits::metadata_bytes);
  /// Names in a folder, sorted; none where it is absent or unreadable.
  [[nodiscard]] std::vector<std::string> names(const std::filesystem::path& folder);

  void add(const std::vector<model::Sighting>& sightings);
  /// Each path once, sorted.
  [[nodiscard]] std::vector<model::Sighting> sightings() const;

 private:
  std::map<std::filesystem::path, bool> seen_;
};

}  // namespace envguard::detect
