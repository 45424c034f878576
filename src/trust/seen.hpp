#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

#include <sys/stat.h>

namespace envguard::trust {

/// Which file it was. Writing to a file, and renaming one over it or back, changes `changed` (the kernel's ctime).
struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  std::int64_t changed_seconds = 0, changed_nanoseconds = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

[[nodiscard]] inline Identity identity_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
}

/// The files that trust looked at, by resolved path.
using Seen = std::map<std::filesystem::path, Identity>;

/// What decides which library a search finds, beside the library itself.
struct Searched {
  std::set<std::filesystem::path> folders;  ///< looked through, or looked for and absent; resolved
  std::set<std::filesystem::path> links;    ///< symbolic links on the way to them and to their libraries
  void merge(Searched other) {
    folders.merge(other.folders);
    links.merge(other.links);
  }
};

}  // namespace envguard::trust
