#include "trust/seen.hpp"

#include <tuple>

namespace envguard::trust {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_nsec};
}

}  // namespace

Identity identity_of(const struct stat& status) {
  return {status.st_dev,
          status.st_ino,
          status.st_nlink,
          status.st_size,
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

bool is_unchanged(const Identity& before, const Identity& now) {
  const auto content = [](const Identity& one) { return std::tie(one.device, one.inode, one.size, one.written); };
  if (content(before) != content(now)) return false;
  return before.changed == now.changed || before.names != now.names;
}

}  // namespace envguard::trust
