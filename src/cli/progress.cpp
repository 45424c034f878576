#include "cli/progress.hpp"

#include <ostream>

#include <fmt/format.h>

#include "base/text.hpp"

namespace envguard::cli {

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
  const auto doing = progress.stage == runner::Progress::Stage::probe
                         ? fmt::format("{}/{}  {}", progress.done, progress.of, progress.name)
                         : fmt::format("opening {}", progress.name);
  const auto line = fmt::format("envguard: {}: {}", what_, base::visible(doing));
  // \x1b[K clears what a longer line left behind.
  err_ << "\r" << line.substr(0, static_cast<std::size_t>(std::max(20, width_ - 1))) << "\x1b[K" << std::flush;
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace envguard::cli
