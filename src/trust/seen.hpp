#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

#include <sys/stat.h>

namespace envguard::trust {

/// Which file it was, and in which state.
struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  nlink_t names = 0;
  off_t size = 0;
  std::int64_t written = 0, changed = 0;  ///< the kernel's mtime and ctime, in nanoseconds
};

[[nodiscard]] Identity identity_of(const struct stat& status);

/// Whether nothing happened to the file in between. Writing to it, and renaming one over it or back, changes `changed`.
/// So does giving it another name, which installers do that share files between environments: then only `names` and
/// `changed` differ, and the content is the same.
[[nodiscard]] bool is_unchanged(const Identity& before, const Identity& now);

/// The files that trust looked at, by resolved path.
using Seen = std::map<std::filesystem::path, Identity>;

/// What decides which library a search finds, beside the library itself.
struct Searched {
  /// Looked through; of one that is absent the nearest that is there, since making it changes that. Resolved.
  std::set<std::filesystem::path> folders;
  std::set<std::filesystem::path> links;  ///< symbolic links on the way to them and to their libraries
  void merge(Searched other) {
    folders.merge(other.folders);
    links.merge(other.links);
  }
};

}  // namespace envguard::trust
