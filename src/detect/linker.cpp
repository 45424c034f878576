#include "detect/linker.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "process/environment.hpp"
#include "process/run.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr auto deadline = std::chrono::seconds(10);

std::string joined(const std::vector<fs::path>& paths) {
  std::vector<std::string> texts;
  for (const fs::path& path : paths) texts.push_back(path.string());
  return fmt::format("{}", fmt::join(texts, ":"));
}

/// The caller's environment, without git's part, and of the linker's own variables only those that choose files:
/// LD_AUDIT would run code, LD_WARN and LD_BIND_NOW relocate (and so run ifuncs), LD_DEBUG and LD_VERBOSE change the
/// output.
model::EnvironmentMap linker_environment(const model::Machine& machine, const LinkerQuestion& question) {
  auto environment = process::without_git(machine.environment);
  std::erase_if(environment, [](const auto& entry) { return entry.first.starts_with("LD_"); });
  if (question.library_path)
    if (const auto folders = library_path(machine); !folders.empty()) environment["LD_LIBRARY_PATH"] = joined(folders);
  if (const auto entries = preloaded(machine); !entries.empty()) environment["LD_PRELOAD"] = joined(entries);
  if (const std::string mask = machine.variable("LD_HWCAP_MASK"); !mask.empty()) environment["LD_HWCAP_MASK"] = mask;
  environment.insert_or_assign("LD_TRACE_LOADED_OBJECTS", std::string("1"));
  return environment;
}

std::vector<fs::path> split_paths(const model::Machine& machine, const std::string& value,
                                  std::string_view separators) {
  std::vector<fs::path> paths;
  std::size_t start = 0;
  while (start <= value.size()) {
    const auto end = std::min(value.find_first_of(separators, start), value.size());
    paths.emplace_back(value.substr(start, end - start));
    start = end + 1;
  }
  for (fs::path& path : paths)
    if (path.empty() || (path.string().find('/') != std::string::npos && path.is_relative()))
      path = machine.directory / path;
  return paths;
}

std::string last_line(std::string_view text) {
  text = base::trim(text);
  return base::visible(text.substr(text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1));
}

}  // namespace

std::vector<fs::path> library_path(const model::Machine& machine) {
  const std::string value = machine.variable("LD_LIBRARY_PATH");
  return value.empty() ? std::vector<fs::path>() : split_paths(machine, value, ":;");
}

std::vector<fs::path> preloaded(const model::Machine& machine) {
  const std::string value = machine.variable("LD_PRELOAD");
  if (value.empty()) return {};
  auto entries = split_paths(machine, value, ": ");
  std::erase_if(entries, [&](const fs::path& entry) { return entry == machine.directory / ""; });
  return entries;
}

std::vector<Resolved> parse_listing(std::string_view text) {
  std::vector<Resolved> found;
  for (std::string_view line : base::split(text, '\n')) {
    line = base::trim(line);
    if (line.empty() || line.starts_with("linux-vdso.so")) continue;
    const auto arrow = line.find(" => ");
    const std::string_view name = line.substr(0, arrow);
    std::string_view path = arrow == std::string_view::npos ? line : line.substr(arrow + 4);
    if (path == "not found") {
      found.push_back({std::string(name), {}});
      continue;
    }
    const auto address = path.rfind(" (0x");
    if (address == std::string_view::npos) continue;  // "statically linked"
    path = path.substr(0, address);
    found.push_back({fs::path(arrow == std::string_view::npos ? path : name).filename().string(), fs::path(path)});
  }
  return found;
}

LinkerAnswer ask(const model::Machine& machine, const LinkerQuestion& question) {
  process::Command command;
  command.argv = {machine.loader.string()};
  std::vector<fs::path> preload;
  for (const fs::path& path : question.preload) preload.push_back(path.lexically_relative(question.directory));
  if (!preload.empty()) command.argv.insert(command.argv.end(), {"--preload", joined(preload)});
  command.argv.push_back(question.library.string());
  command.directory = question.directory;
  command.environment = linker_environment(machine, question);
  command.deadline = deadline;
  try {
    const process::Result result = process::run(command);
    if (result.timed_out) return {{}, fmt::format("{} gave no answer", machine.loader.string())};
    if (!result.ok())
      return {{},
              result.err.empty() ? fmt::format("{} ended with {}", machine.loader.string(), result.exit_code)
                                 : last_line(result.err)};
    LinkerAnswer answer{parse_listing(result.out), {}};
    answer.libraries.insert(answer.libraries.begin(), {question.library.filename().string(), question.library});
    for (Resolved& library : answer.libraries) {
      std::error_code error;
      if (library.path.empty()) continue;
      const fs::path real = fs::canonical(question.directory / library.path, error);
      if (!error) library.path = real;
    }
    return answer;
  } catch (const base::Error& failure) {
    if (failure.code() == base::ExitCode::interrupted) throw;
    return {{}, failure.message()};
  }
}

}  // namespace envguard::detect
