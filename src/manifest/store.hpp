#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "manifest/manifest.hpp"

namespace envguard::manifest {

/// The kept verdicts of one work tree. A cache: what cannot be written is not kept (false), what is damaged or not the
/// user's own is absent.
class Store {
 public:
  /// `cache`: model::Machine::cache. `top`: of the work tree.
  Store(const std::filesystem::path& cache, const std::filesystem::path& top);

  bool keep(const Manifest& manifest) const;
  [[nodiscard]] std::optional<Manifest> find(std::string_view environment) const;
  void drop(std::string_view environment) const;

  bool keep(const Directory& directory) const;
  [[nodiscard]] std::optional<Directory> directory() const;

 private:
  [[nodiscard]] std::filesystem::path file(std::string_view name) const;
  std::filesystem::path folder_;  ///< one a work tree
};

}  // namespace envguard::manifest
