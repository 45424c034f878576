#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "cache/entries.hpp"

namespace envguard::cache {

/// Probes that gave other bits in one process of five: possible silent data corruption of this hardware.
struct Transient {
  std::string when;      ///< UTC, ISO 8601
  std::string hardware;  ///< model::describe of the key
  std::vector<std::string> probes;
  bool acknowledged = false;
};

/// The transients of this machine, kept outside every repository for 30 days.
class Transients {
 public:
  static constexpr std::chrono::days memory{30};
  /// So many within `memory` make the hardware suspect: it is not locked any more.
  static constexpr std::size_t suspect = 3;
  using Time = std::chrono::system_clock::time_point;

  /// `folder`: model::Machine::cache.
  explicit Transients(const std::filesystem::path& folder);

  void add(const Transient& transient, Time now) const;
  void acknowledge_all(Time now) const;
  /// Those within `memory`, oldest first.
  [[nodiscard]] std::vector<Transient> recent(Time now) const;
  [[nodiscard]] std::vector<Transient> recent(Time now, const std::string& hardware) const;

 private:
  void write(const std::vector<Transient>& all) const;
  Entries entries_;
};

}  // namespace envguard::cache
