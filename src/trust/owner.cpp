#include "trust/owner.hpp"

#include <string_view>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/xattr.h>

namespace envguard::trust {
namespace {

// As Debian's OpenSSH judges the files it trusts (user-group-modes.patch).
bool is_private_group(gid_t group, uid_t user) {
  const auto* account = getpwuid(user);
  if (!account || account->pw_gid != group) return false;
  const std::string name = account->pw_name;
  const auto* entry = getgrgid(group);
  if (!entry || name != entry->gr_name) return false;
  for (char** member = entry->gr_mem; *member; ++member)
    if (name != *member) return false;
  return true;
}

// With an access list the group's bits are its mask, so they say nothing about whom it lets in.
bool has_access_list(const std::filesystem::path& path) {
  return lgetxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

}  // namespace

std::string not_alone(const Step& step, uid_t user) {
  const auto& status = step.status;
  if (status.st_uid != user && status.st_uid != 0) return fmt::format("belongs to user {}", status.st_uid);
  if (step.is_link()) return {};
  if ((status.st_mode & S_IWOTH) != 0) return "can be written by everyone";
  if ((status.st_mode & S_IWGRP) == 0) return {};
  if (has_access_list(step.path)) return "can be written by others (access list)";
  return is_private_group(status.st_gid, user) ? "" : fmt::format("can be written by group {}", status.st_gid);
}

}  // namespace envguard::trust
