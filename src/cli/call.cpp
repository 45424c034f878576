#include "cli/call.hpp"

#include <ostream>

#include "base/error.hpp"
#include "base/files.hpp"

namespace envguard::cli {

namespace {

report::Style style_of(const Call& call, bool terminal) {
  const bool plain = !call.machine.variable("NO_COLOR").empty() || call.machine.variable("TERM") == "dumb";
  const bool color =
      call.global.color == Color::always || (call.global.color == Color::automatic && terminal && !plain);
  return {.color = color,
          .width = call.streams.width,
          .now = call.machine.now ? std::optional(call.machine.now()) : std::nullopt};
}

}  // namespace

report::Style Call::style() const {
  return style_of(*this, streams.out_is_terminal && global.output.empty());
}

report::Style Call::error_style() const {
  return style_of(*this, streams.err_is_terminal);
}

std::filesystem::path Call::resolve(const std::filesystem::path& path) const {
  return (machine.directory / path).lexically_normal();
}

void Call::print(std::string_view result) const {
  if (!global.output.empty()) {
    base::AtomicFiles file;
    file.add(resolve(global.output), result);
    file.commit();
    return;
  }
  streams.out << result << std::flush;
  if (!streams.out) {
    throw base::Error(base::ExitCode::could_not_measure, "the result could not be written to standard output",
                      "free space where it goes, or write it to a file with -o FILE");
  }
}

}  // namespace envguard::cli
