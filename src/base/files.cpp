#include "base/files.hpp"

#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace envguard::base {

namespace {

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason() {
  return std::strerror(errno);
}

[[noreturn]] void cannot_read(const std::filesystem::path& path, ExitCode code) {
  throw Error(code, fmt::format("cannot be read: {}", reason()),
              "look at its owner and mode (ls -l), then run the command again")
      .at(path.string());
}

[[noreturn]] void cannot_write(const std::filesystem::path& path) {
  throw Error(ExitCode::could_not_measure, fmt::format("cannot write: {}", reason()),
              "free space or make the folder writable, then run the command again; nothing was changed")
      .at(path.string());
}

void write_whole(int fd, std::span<const std::byte> content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const auto count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) cannot_write(path);
    content = content.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t limit, ExitCode code) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    cannot_read(path, code);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || S_ISDIR(status.st_mode))
    throw Error(code, "is not a file", "put the file itself there, or name another").at(path.string());
  const auto too_large = [&] {
    return Error(code, fmt::format("is larger than the {} KiB that envguard reads of such a file", limit >> 10),
                 "look at what wrote it; git log shows how it came here")
        .at(path.string());
  };
  if (static_cast<std::size_t>(status.st_size) > limit) throw too_large();
  std::string content;
  // Files of /proc and /sys say size 0: read until the end, never past the limit.
  std::array<char, 16384> block{};
  for (;;) {
    const auto count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) cannot_read(path, code);
    if (count == 0) return content;
    content.append(block.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) throw too_large();
  }
}

AtomicFiles::~AtomicFiles() {
  for (const auto& pending : pending_) {
    if (!pending.temporary.empty()) ::unlink(pending.temporary.c_str());
    if (!pending.kept.empty()) ::unlink(pending.kept.c_str());
  }
}

void AtomicFiles::add(const std::filesystem::path& path, std::span<const std::byte> content) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  if (failed) {
    errno = failed.value();
    cannot_write(path.parent_path());
  }
  std::string temporary = (path.parent_path() / fmt::format(".{}.XXXXXX", path.filename().string())).string();
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) cannot_write(path);
  pending_.push_back({temporary, path, {}});
  write_whole(file.get(), content, path);
  // mkostemp makes 0600; a lock is read by whoever reads the repository.
  if (::fchmod(file.get(), 0644) != 0 || ::fsync(file.get()) != 0) cannot_write(path);
}

void AtomicFiles::add(const std::filesystem::path& path, std::string_view content) {
  add(path, std::as_bytes(std::span(content)));
}

void AtomicFiles::keep_old(Pending& pending) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (fs::symlink_status(pending.target, failed).type() == fs::file_type::not_found) return;
  pending.kept = pending.temporary.string() + ".old";
  if (::link(pending.target.c_str(), pending.kept.c_str()) == 0) return;
  // Some file systems know no second name.
  fs::copy(pending.target, pending.kept, fs::copy_options::copy_symlinks, failed);
  if (!failed) return;
  errno = failed.value();
  cannot_write(pending.target);
}

void AtomicFiles::put_back(Pending& pending) {
  const auto& [temporary, target, kept] = pending;
  if (kept.empty()) {
    ::unlink(target.c_str());
  } else if (::rename(kept.c_str(), target.c_str()) != 0) {
    const auto name = std::exchange(pending.kept, {}).string();  // the destructor is to leave it
    throw Error(ExitCode::could_not_measure, fmt::format("is new, and the old one cannot be put back: {}", reason()),
                fmt::format("rename {} to it", visible(name)))
        .at(target.string());
  }
}

void AtomicFiles::commit() {
  // The last rename is what commits; nothing is put back after it.
  for (std::size_t i = 0; i + 1 < pending_.size(); ++i) keep_old(pending_[i]);
  std::set<std::filesystem::path> folders;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto& [temporary, target, kept] = pending_[i];
    if (::rename(temporary.c_str(), target.c_str()) != 0) {
      const int error = errno;
      while (i > 0) put_back(pending_[--i]);
      errno = error;
      cannot_write(target);
    }
    pending_[i].temporary.clear();
    folders.insert(target.parent_path());
  }
  for (auto& pending : pending_)
    if (!pending.kept.empty()) ::unlink(pending.kept.c_str());
  pending_.clear();
  for (const auto& folder : folders) {
    const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (handle.get() >= 0) ::fsync(handle.get());
  }
}

bool is_this_users_alone(const std::filesystem::path& file) {
  const auto alone = [](const std::filesystem::path& path, mode_t type) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && (status.st_mode & S_IFMT) == type && status.st_uid == ::geteuid() &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  };
  return alone(file, S_IFREG) && alone(file.parent_path(), S_IFDIR);
}

}  // namespace envguard::base
