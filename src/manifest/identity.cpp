#include "manifest/identity.hpp"

#include <sys/stat.h>

namespace envguard::manifest {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_nsec};
}

Identity of(const struct stat& status) {
  return Identity{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                  nanoseconds(status.st_ctim)};
}

}  // namespace

std::optional<Identity> identify(const std::filesystem::path& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? std::optional(of(status)) : std::nullopt;
}

std::optional<Identity> identify_link(const std::filesystem::path& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0 ? std::optional(of(status)) : std::nullopt;
}

}  // namespace envguard::manifest
