#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "detect/candidates.hpp"
#include "detect/locate.hpp"
#include "detect/pyenv.hpp"
#include "detect/python.hpp"
#include "process/environment.hpp"
#include "process/run.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr auto interpreter_deadline = std::chrono::seconds(5);

/// The absolute folders of PATH that are not a hook manager's; what a relative one holds depends on where one stands.
std::vector<fs::path> path_folders(const model::Machine& machine) {
  std::vector<fs::path> folders;
  const std::string path = machine.variable("PATH");
  for (const std::string_view folder : base::split(path, ':'))
    if (folder.starts_with("/") && !in_hook_manager(machine, fs::path(folder))) folders.emplace_back(folder);
  return folders;
}

struct Python {
  fs::path program;      ///< as PATH names it
  fs::path interpreter;  ///< what it stands for; empty: a shim of a version that is not installed
};

/// The first python3 on PATH.
std::optional<Python> first_python(const model::Machine& machine, Search& search) {
  for (const fs::path& folder : path_folders(machine)) {
    const fs::path program = folder / "python3";
    if (!search.has_file(program) || ::access(program.c_str(), X_OK) != 0) continue;
    const bool is_shim = folder.filename() == "shims";
    if (!is_shim) return Python{program, program};
    const auto shim = pyenv_shim(machine, search, program);
    if (!shim) return Python{program, {}};
    if (!shim->interpreter.empty()) return Python{program, shim->interpreter};
  }
  return std::nullopt;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  return !folder.empty() && !path.lexically_relative(folder).empty() &&
         *path.lexically_relative(folder).begin() != "..";
}

}  // namespace

std::vector<Candidate> python_on_path(const model::Machine& machine, const Question&, Search& search) {
  const auto python = first_python(machine, search);
  if (!python) return {};
  if (python->interpreter.empty())
    return {{"python3 on PATH", python->program.string(), python->program, "a shim that its files do not explain"}};
  const bool shim = python->interpreter != python->program;
  return {{shim ? "python3 on PATH, through pyenv" : "python3 on PATH",
           fmt::format("python3 on PATH, {}", python->interpreter.string()),
           python->interpreter,
           {}}};
}

std::vector<Candidate> asked_of_python(const model::Machine& machine, const Question& question, Search& search) {
  const auto python = first_python(machine, search);
  if (!python) return {};
  const fs::path& program = python->interpreter.empty() ? python->program : python->interpreter;
  // A repository never has its own program run by being looked at, nor has an unpacked one outside of git. An
  // interpreter whose folders are known is not asked.
  const fs::path project = question.top.empty() ? machine.directory : question.top;
  std::error_code error;
  const fs::path real_folder = fs::canonical(program.parent_path(), error);  // Python reads the pyvenv.cfg beside it
  for (const fs::path& place : {program, fs::canonical(program, error), real_folder})
    if (lies_in(place, project)) return {};
  if (!python->interpreter.empty() && !package_folders(machine, search, prefix_of(search, program), program).empty())
    return {};
  process::Command command;
  command.argv = {program.string(), "-I", "-c", "import sys; print(*sys.path, sep='\\n')"};
  command.directory = "/";
  command.environment = process::without_repository_libraries(process::without_git(machine.environment));
  command.deadline = interpreter_deadline;
  std::vector<Candidate> found;
  try {
    const process::Result result = process::run(command);
    if (!result.ok()) return {};
    for (const std::string_view folder : base::split(result.out, '\n'))
      if (folder.starts_with("/") && search.has_folder(fs::path(folder)))
        found.push_back({"sys.path of python3 on PATH", {}, fs::path(folder), {}});
  } catch (const base::Error& failure) {
    if (failure.code() == base::ExitCode::interrupted) throw;
  }
  return found;
}

}  // namespace envguard::detect
