#include "cli/run.hpp"

#include <ostream>
#include <variant>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/work_tree.hpp"
#include "cli/arguments.hpp"
#include "cli/call.hpp"
#include "cli/commands.hpp"
#include "cli/memory.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

model::Machine at_directory(model::Machine machine, const std::filesystem::path& directory) {
  if (directory.empty()) return machine;
  machine.directory = (machine.directory / directory).lexically_normal();
  if (!std::filesystem::is_directory(machine.directory)) {
    throw Error(ExitCode::usage, fmt::format("-C {}: there is no such folder", base::visible(directory.string())));
  }
  // As manifest::cache_folder says of the working directory.
  if (base::lies_in_work_tree_of(machine.directory, machine.cache)) machine.cache.clear();
  return machine;
}

/// Every line of a message is shown safe; its own line breaks are kept.
std::string safe_lines(std::string_view text) {
  std::string safe;
  for (const auto line : base::split(text, '\n')) safe += (safe.empty() ? "" : "\n  ") + base::visible(line);
  return safe;
}

void print_error(std::ostream& err, const Error& error, bool color) {
  const char* red = color ? "\x1b[1;31m" : "";
  const char* bold = color ? "\x1b[1m" : "";
  const char* reset = color ? "\x1b[0m" : "";
  const std::string place = error.place().empty() ? "" : base::visible(error.place()) + ": ";
  err << fmt::format("{}envguard: {}{}{}{}\n", red, base::name(error.code()), reset, ": ",
                     place + safe_lines(error.message()));
  if (!error.next().empty()) err << fmt::format("  {}next:{} {}\n", bold, reset, safe_lines(error.next()));
  err << std::flush;
}

bool acknowledges(const CommandOptions& command) {
  const auto* explain = std::get_if<ExplainOptions>(&command);
  return explain != nullptr && explain->acknowledge;
}

}  // namespace

int run(std::span<const std::string> arguments, const model::Machine& machine, const Streams& streams) {
  bool color = streams.err_is_terminal && machine.variable("NO_COLOR").empty();
  try {
    const auto parsed = parse(arguments);
    if (const auto* answer = std::get_if<Answer>(&parsed)) {
      streams.out << answer->text << std::flush;
      return 0;
    }
    const auto& invocation = std::get<Invocation>(parsed);
    const auto here = at_directory(machine, invocation.global.directory);
    const Call call{invocation.global, here, streams};
    color = call.error_style().color;
    if (!acknowledges(invocation.command)) tell_of_transients(call);
    return static_cast<int>(std::visit([&](const auto& options) { return run(options, call); }, invocation.command));
  } catch (const Error& error) {
    print_error(streams.err, error, color);
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    print_error(streams.err,
                Error(ExitCode::could_not_measure, fmt::format("an unexpected fault: {}", error.what()),
                      "this is a mistake in envguard: report it with the command and this line"),
                color);
    return static_cast<int>(ExitCode::could_not_measure);
  }
}

}  // namespace envguard::cli
