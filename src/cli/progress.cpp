#include "cli/progress.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace envguard::cli {

namespace {

std::string doing(const runner::Progress& progress) {
  switch (progress.stage) {
    case runner::Progress::Stage::opening:
      return "opening ";
    case runner::Progress::Stage::opened:
      return "opened torch ";
    case runner::Progress::Stage::probe:
      return fmt::format("{}/{}  ", progress.done, progress.of);
  }
  return {};
}

/// What fits of a path from its end on, which names the library.
std::string ending(const std::string& name, std::size_t columns) {
  constexpr std::string_view cut = "...";
  if (name.size() <= columns || columns <= cut.size()) return name;
  auto start = name.size() - (columns - cut.size());
  while (start < name.size() && (static_cast<unsigned char>(name[start]) & 0xC0U) == 0x80U) ++start;  // no half letter
  return std::string(cut) + name.substr(start);
}

}  // namespace

ProgressLine::ProgressLine(const Call& call)
    : err_(call.streams.err),
      live_(call.streams.err_is_terminal && !call.global.quiet && call.machine.variable("TERM") != "dumb"),
      log_(call.global.verbose && !live_),
      width_(call.streams.width) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::start(const std::string& what) {
  what_ = what;
  shown_percent_ = -1;
  if (log_) err_ << "envguard: measuring, " << what << "\n" << std::flush;
}

void ProgressLine::show(const runner::Progress& progress) {
  if (!live_) return;
  const int percent = progress.of > 0 ? progress.done * 100 / progress.of : 0;
  if (percent == shown_percent_ && progress.stage == runner::Progress::Stage::probe) return;
  shown_percent_ = percent;
  const auto start = fmt::format("envguard: {}: {}", what_, doing(progress));
  const auto columns = static_cast<std::size_t>(std::max(20, width_ - 1));
  const auto name = ending(base::visible(progress.name), columns - std::min(columns, start.size()));
  // \x1b[K clears what a longer line left behind.
  err_ << "\r" << (start + name).substr(0, columns) << "\x1b[K" << std::flush;
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace envguard::cli
