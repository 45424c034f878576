#include "repository/hooks.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repository/script.hpp"

namespace envguard::repository {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ExitCode;

constexpr std::size_t script_bytes = std::size_t{64} << 10;

bool is_there(const fs::path& path) {
  return fs::symlink_status(path).type() != fs::file_type::not_found;
}

// The first 64 KiB: of a hook that is a program, too.
std::string read_start(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(script_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Hook look(const fs::path& folder, const std::string& name) {
  Hook hook{name, folder / name, HookState::absent, {}, {}};
  if (!is_there(hook.path)) return hook;
  const auto script = parse_script(read_start(hook.path));
  if (!script) {
    hook.state = HookState::foreign;
    return hook;
  }
  hook.program = script->program;
  if (!script->previous.empty()) hook.previous = folder / script->previous;
  hook.state = access(hook.program.c_str(), X_OK) == 0 ? HookState::installed : HookState::program_gone;
  return hook;
}

Error cannot(std::string_view what, const fs::path& path) {
  return Error(ExitCode::could_not_measure, fmt::format("cannot {}: {}", what, std::strerror(errno)),
               "mend the folder's owner or mode, or the disk, and try again")
      .at(base::visible(path.string()));
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  if (rename(from.c_str(), to.c_str()) != 0) throw cannot("rename", from);
}

// Beside the hook, so that it stays executable where it was; both names are there until the script takes the first.
fs::path set_aside(const fs::path& hook) {
  for (int number = 1;; ++number) {
    const fs::path aside =
        hook.string() + std::string(set_aside_ending) + (number == 1 ? "" : fmt::format(".{}", number));
    if (link(hook.c_str(), aside.c_str()) == 0) return aside;
    if (errno == EEXIST) continue;
    if (is_there(aside)) continue;
    rename_or_throw(hook, aside);  // a disk without hard links
    return aside;
  }
}

// husky writes its folder anew at every install of the project, and its scripts ask for their names in a file beside.
bool of_husky(const fs::path& hook) {
  return hook.parent_path().filename() == "_" && hook.parent_path().parent_path().filename() == ".husky";
}

void refuse_what_cannot_be_renamed(const Hook& hook) {
  const bool husky = of_husky(hook.path);
  const auto way = hook.state == HookState::foreign ? asks_for_its_name(read_start(hook.path)) : std::string();
  if (!husky && way.empty()) return;
  const auto place = husky ? hook.path.parent_path().parent_path() / hook.name : hook.path;
  throw Error(ExitCode::usage,
              husky ? std::string("belongs to husky, which writes it anew and goes by its name")
                    : fmt::format("finds out by its own file name which hook it is ({}), so it cannot be renamed", way),
              fmt::format("add this line to {} instead: envguard hook run", base::visible(place.string())))
      .at(base::visible(hook.path.string()));
}

// Puts the hook back where it was before `set_aside`.
void undo_set_aside(const fs::path& aside, const fs::path& hook) {
  std::error_code ignored;
  if (aside.empty()) return;
  if (is_there(hook))
    fs::remove(aside, ignored);
  else
    fs::rename(aside, hook, ignored);
}

void install(const Hook& hook, const fs::path& program) {
  Script script{program, hook.previous.filename().string()};
  const fs::path temporary = hook.path.string() + fmt::format(".envguard-{}", getpid());
  fs::path aside;
  try {
    if (hook.state == HookState::foreign) {
      aside = set_aside(hook.path);
      script.previous = aside.filename().string();
    }
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << write_script(script);
    file.close();
    if (!file) throw cannot("write", temporary);
    fs::permissions(temporary, fs::perms(0755));
    rename_or_throw(temporary, hook.path);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    undo_set_aside(aside, hook.path);
    throw;
  }
}

std::vector<std::string> notes(const Repository& repository) {
  const auto setting = repository.git().config("core.hooksPath");
  if (!setting) return {};
  if (setting->scope == "global" || setting->scope == "system")
    return {
        fmt::format("core.hooksPath is set in git's {} configuration: every repository that uses it runs these hooks; "
                    "they are silent where there is no policy",
                    setting->scope)};
  const auto inside = repository.layout().hooks.lexically_relative(repository.top());
  if (inside.empty() || *inside.begin() == ".." || *inside.begin() == ".git") return {};
  return {
      fmt::format("core.hooksPath lies in the work tree ({}): the scripts hold a path of this machine, so do not "
                  "commit them",
                  base::visible(inside.string()))};
}

}  // namespace

const std::vector<std::string>& hook_names() {
  static const std::vector<std::string> names{"pre-commit", "pre-merge-commit"};
  return names;
}

HookReport hook_status(const Repository& repository) {
  HookReport report{{}, notes(repository)};
  for (const auto& hook : hook_names()) report.hooks.push_back(look(repository.layout().hooks, hook));
  return report;
}

HookReport install_hooks(const Repository& repository, const fs::path& program) {
  const auto& folder = repository.layout().hooks;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!fs::is_directory(folder))
    throw Error(ExitCode::usage, "git's hooks are off: core.hooksPath names what is no folder",
                "git config --show-origin core.hooksPath says where it is set")
        .at(base::visible(folder.string()));
  const auto before = hook_status(repository);
  for (const auto& hook : before.hooks) refuse_what_cannot_be_renamed(hook);
  for (const auto& hook : before.hooks) install(hook, program);
  return hook_status(repository);
}

HookReport uninstall_hooks(const Repository& repository) {
  for (const auto& hook : hook_status(repository).hooks) {
    if (hook.state != HookState::installed && hook.state != HookState::program_gone) continue;
    if (!hook.previous.empty() && is_there(hook.previous))
      rename_or_throw(hook.previous, hook.path);
    else if (unlink(hook.path.c_str()) != 0)
      throw cannot("remove", hook.path);
  }
  return hook_status(repository);
}

}  // namespace envguard::repository
