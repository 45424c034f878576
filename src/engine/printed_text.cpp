#include "engine/printed_text.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace envguard::engine {
namespace {

constexpr std::size_t message_limit = 4096;

int checked(int descriptor, std::string_view what) {
  if (descriptor >= 0) return descriptor;
  throw base::Error(base::ExitCode::could_not_measure, fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

PrintedText::PrintedText()
    : memory_(checked(memfd_create("envguard-stderr", MFD_CLOEXEC), "no memory for what PyTorch prints")),
      real_(checked(dup(STDERR_FILENO), "no descriptor for stderr")) {
  checked(dup2(memory_, STDERR_FILENO), "stderr cannot be replaced");
}

PrintedText::~PrintedText() {
  hand_on();
  dup2(real_, STDERR_FILENO);
  close(real_);
  close(memory_);
}

std::string PrintedText::read_all() const {
  struct stat status{};
  if (fstat(memory_, &status) != 0) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t size = pread(memory_, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

std::string PrintedText::take() {
  const std::string all = read_all();
  std::string text = all.substr(std::min(taken_, all.size()));
  taken_ = all.size();
  return refusal_message(std::move(text));
}

void PrintedText::hand_on() {
  const std::string text = read_all();
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = write(real_, rest.data(), rest.size());
    if (written <= 0) break;  // nobody reads: it was only for people
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (ftruncate(memory_, 0) == 0) lseek(memory_, 0, SEEK_SET);
  taken_ = 0;
}

std::string refusal_message(std::string printed) {
  static constexpr std::string_view prefix = "Exception in aoti_torch: ";
  const std::size_t start = printed.rfind(prefix);
  if (start != std::string::npos) printed.erase(0, start + prefix.size());
  printed.resize(std::min(printed.find("\nException raised from"), printed.size()));
  printed.resize(std::min(printed.size(), message_limit));
  return std::string(base::trim(printed));
}

}  // namespace envguard::engine
