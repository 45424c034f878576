#include "process/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace envguard::process {

namespace {

/// flock wants no right to write; in a sticky folder the kernel lets nobody open with O_CREAT what another made
/// (fs.protected_regular), so that an existing file is opened without it.
int open_or_make(const std::filesystem::path& file) {
  // Without O_NONBLOCK a named pipe of that name would keep envguard waiting.
  constexpr int reading = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (const int existing = ::open(file.c_str(), reading); existing >= 0 || errno != ENOENT) return existing;
    const int made = ::open(file.c_str(), reading | O_CREAT | O_EXCL, 0444);
    if (made >= 0) static_cast<void>(::fchmod(made, 0444));  // whatever the umask: every user locks this file
    if (made >= 0 || errno != EEXIST) return made;
  }
  return -1;
}

[[noreturn]] void refuse(const std::filesystem::path& file) {
  const std::string why = std::strerror(errno);
  throw base::Error(base::ExitCode::could_not_measure, fmt::format("cannot be locked: {}", why),
                    "look whose file it is; envguard locks it while it uses a GPU, and only then")
      .at(base::visible(file.string()));
}

}  // namespace

std::optional<FileLock> FileLock::take(const std::filesystem::path& file) {
  Descriptor descriptor(open_or_make(file));
  if (!descriptor.open()) refuse(file);
  if (::flock(descriptor.number(), LOCK_EX | LOCK_NB) == 0) return FileLock(std::move(descriptor));
  if (errno != EWOULDBLOCK) refuse(file);
  return std::nullopt;
}

}  // namespace envguard::process
