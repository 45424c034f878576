#include "base/error.hpp"
#include "base/text.hpp"
#include "git/git.hpp"

namespace envguard::git {
namespace {

// git says the path in quotes: "detected dubious ownership in repository at '/srv/x'".
base::Error dubious(std::string_view message, const std::filesystem::path& directory) {
  message = message.substr(0, message.find('\n'));
  const auto first = message.find('\'');
  const auto last = message.rfind('\'');
  const bool quoted = first != last;
  const std::string path = quoted ? std::string(message.substr(first + 1, last - first - 1)) : directory.string();
  return {base::ExitCode::usage,
          "git does not read the repository " + base::visible(path) + ": it belongs to another user",
          "if you trust who owns it: git config --global --add safe.directory " + base::shell_quote(path)};
}

// git itself stops here: safe.bareRepository. Such a folder may be tracked by the repository around it.
base::Error bare(const std::filesystem::path& directory) {
  return base::Error(base::ExitCode::usage, "lies in a bare repository, without a work tree",
                     "go to a work tree (git worktree list), or use: envguard check --lock FILE")
      .at(base::visible(directory.string()));
}

}  // namespace

std::optional<Layout> Git::layout() const {
  const auto result = run({"rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-dir",
                           "--git-common-dir", "--git-path", "hooks", "--show-toplevel"});
  if (result.err.find("dubious ownership") != std::string::npos) throw dubious(result.err, directory_);
  if (result.err.find("cannot use bare repository") != std::string::npos) throw bare(directory_);
  if (!result.ok() && result.err.find("not a git repository") != std::string::npos) return std::nullopt;
  // Without a work tree the last question fails after the others were answered.
  const bool without_top = !result.ok() && result.err.find("must be run in a work tree") != std::string::npos;
  if (!result.ok() && !without_top) throw failure("rev-parse", result);
  auto lines = base::split(result.out, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() != (without_top ? 4U : 5U))
    throw base::Error(base::ExitCode::usage, "git's answer about where the repository lies has an unexpected form",
                      "envguard needs git 2.31 or newer, and a path without a line break");
  Layout layout{lines[1], lines[2], lines[3], std::nullopt, lines[0] == "true"};
  if (!without_top) layout.top = std::filesystem::path(lines[4]);
  return layout;
}

}  // namespace envguard::git
