#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace envguard::manifest {

/// What tells that a file is the same and unchanged, without reading it. Times in nanoseconds since the epoch.
struct Identity {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0, changed = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// Of the file that the path leads to; nothing where there is none.
[[nodiscard]] std::optional<Identity> identify(const std::filesystem::path& path);

/// The same of a symbolic link itself.
[[nodiscard]] std::optional<Identity> identify_link(const std::filesystem::path& path);

/// A file that something rested on; nothing in `identity`: it was looked for and absent.
struct Seen {
  std::filesystem::path path;
  std::optional<Identity> identity;
  bool link = false;  ///< the symbolic link itself is meant, not what it leads to
  friend bool operator==(const Seen&, const Seen&) = default;
};

}  // namespace envguard::manifest
