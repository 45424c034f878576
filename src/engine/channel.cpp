#include "engine/channel.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"

namespace envguard::engine {
namespace {

constexpr int plan_descriptor = 0;
constexpr int line_descriptor = 3;
constexpr int tensor_descriptor = 4;
constexpr std::size_t plan_limit = std::size_t{4} << 20;

[[noreturn]] void fail(std::string_view what, int error) {
  throw base::Error(base::ExitCode::could_not_measure, fmt::format("{}: {}", what, std::strerror(error)));
}

void write_whole(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(fmt::format("descriptor {} cannot be written", descriptor), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Channel::Channel() {
  if (fcntl(line_descriptor, F_SETFD, FD_CLOEXEC) != 0) {
    throw base::Error(base::ExitCode::usage, "descriptor 3 is not open: results have nowhere to go",
                      "this program is started by envguard; run envguard instead");
  }
  fcntl(tensor_descriptor, F_SETFD, FD_CLOEXEC);  // absent unless the plan keeps bytes
}

void Channel::send(const codec::Line& line) const {
  write_whole(line_descriptor, codec::write_line(line));
}

codec::Extent Channel::store(std::span<const std::byte> bytes) {
  write_whole(tensor_descriptor, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const codec::Extent extent{stored_, bytes.size()};
  stored_ += bytes.size();
  return extent;
}

std::string read_plan_text() {
  std::string text;
  std::array<char, 1 << 16> part{};
  while (true) {
    const ssize_t size = read(plan_descriptor, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) fail("the plan on descriptor 0 cannot be read", errno);
    if (size == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(size));
    if (text.size() > plan_limit) {
      throw base::Error(base::ExitCode::could_not_measure, "the plan on descriptor 0 is longer than 4 MiB");
    }
  }
}

}  // namespace envguard::engine
