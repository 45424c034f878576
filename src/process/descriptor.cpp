#include "process/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.hpp"

namespace envguard::process {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw base::Error(base::ExitCode::could_not_measure, what + ": " + std::strerror(errno),
                    "free memory and open files (ulimit -n), then run it again");
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() noexcept {
  return std::exchange(number_, -1);
}

void Descriptor::close() noexcept {
  if (number_ >= 0) ::close(release());
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) refuse("cannot make a pipe");
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) refuse("cannot read a pipe without waiting");
  return pipe;
}

Descriptor memory_file(const std::string& name, std::string_view content) {
  Descriptor file(::memfd_create(name.c_str(), MFD_CLOEXEC));
  if (!file.open()) refuse("cannot make a file in memory");
  while (!content.empty()) {
    const auto written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse("cannot write a file in memory");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.number(), 0, SEEK_SET) != 0) refuse("cannot rewind a file in memory");
  return file;
}

Flow read_available(int descriptor, std::string& into) {
  std::array<char, std::size_t{64} << 10> buffer;
  const auto count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(count));
    return Flow::data;
  }
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? Flow::nothing_yet : Flow::end;
}

}  // namespace envguard::process
