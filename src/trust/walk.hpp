#pragma once

#include <filesystem>
#include <vector>

#include <sys/stat.h>

namespace envguard::trust {

/// One name that the kernel looks up on the way to a file; every folder before it is resolved.
struct Step {
  std::filesystem::path path;
  struct stat status{};
  [[nodiscard]] bool is_link() const { return S_ISLNK(status.st_mode); }
};

/// The way to a file, link by link.
struct Walk {
  std::vector<Step> steps;
  std::filesystem::path end;  ///< where it leads, resolved; of an absent file, as far as the way goes
  bool climbs = false;        ///< the path as given has a ".."
};

/// Follows an absolute path as the kernel does; stops where something is absent or after 40 links.
[[nodiscard]] Walk walk(const std::filesystem::path& path);

}  // namespace envguard::trust
