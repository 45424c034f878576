#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace envguard::detect {

/// One mount as this process sees it: a line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
struct Mount {
  std::string root;     ///< what of its file system is mounted: "/", or a path of the host's
  std::string point;    ///< where, in this process's own root
  std::string type;     ///< "ext4", "overlay", "tmpfs" …
  std::string source;   ///< "/dev/vda1", "overlay"
  std::string options;  ///< of the file system: "rw,lowerdir=/var/lib/docker/overlay2/…"
};

/// Whole lines only; what is malformed is left out.
[[nodiscard]] std::vector<Mount> parse_mounts(std::string_view mountinfo);

/// What is seen at a path: the last one mounted there; null where nothing is.
[[nodiscard]] const Mount* mounted_at(const std::vector<Mount>& mounts, std::string_view point);

}  // namespace envguard::detect
