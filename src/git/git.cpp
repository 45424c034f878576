#include "git/git.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "process/environment.hpp"

namespace envguard::git {
namespace {

constexpr std::chrono::seconds deadline{60};
constexpr std::size_t listing_limit = std::size_t{64} << 20;

// Relative to the top from whatever folder, no wildcard.
std::vector<std::string> literal(std::vector<std::string> arguments, const std::vector<std::string>& paths) {
  arguments.emplace_back("--");
  for (const auto& path : paths) arguments.push_back(":(top,literal)" + path);
  return arguments;
}

std::string lines_of(const std::vector<Entry>& entries) {
  std::string lines;
  for (const auto& entry : entries) lines += entry.id + "\n";
  return lines;
}

// "ID blob SIZE" or "ID missing"; takes the line off `output`.
std::optional<std::size_t> take_size(std::string_view& output) {
  const auto end = output.find('\n');
  if (end == std::string_view::npos)
    throw base::Error(base::ExitCode::could_not_measure, "git cat-file ended before its last answer");
  const auto fields = base::split(output.substr(0, end), ' ');
  output.remove_prefix(end + 1);
  if (fields.size() != 3 || fields[1] != "blob") return std::nullopt;
  std::size_t size = 0;
  std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), size);
  return size;
}

}  // namespace

base::Error failure(std::string_view command, const process::Result& result) {
  const auto message = base::trim(std::string_view(result.err).substr(0, result.err.find('\n')));
  const std::string how = result.timed_out   ? "did not end in a minute"
                          : result.signal    ? fmt::format("died of signal {}", result.signal)
                          : result.truncated ? "printed more than envguard reads"
                                             : fmt::format("ended with {}", result.exit_code);
  return {base::ExitCode::could_not_measure,
          fmt::format("git {} {}{}{}", command, how, message.empty() ? "" : ": ", base::visible(message)),
          fmt::format("run it by hand: git {}", command)};
}

Git::Git(std::filesystem::path directory, model::EnvironmentMap environment)
    : directory_(std::move(directory)), environment_(std::move(environment)) {
  for (const auto* name :
       {"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"})
    environment_.erase(name);
  environment_["LC_ALL"] = std::string("C");
  environment_ = process::without_repository_libraries(std::move(environment_));
}

Git Git::elsewhere(std::filesystem::path directory) const {
  return {std::move(directory), process::without_git(environment_)};
}

Git Git::with_own_index() const {
  auto environment = environment_;
  environment.erase("GIT_INDEX_FILE");
  return {directory_, std::move(environment)};
}

bool Git::is_told_where() const {
  return std::ranges::any_of(environment_, [](const auto& variable) { return process::is_git_local(variable.first); });
}

process::Result Git::run(std::vector<std::string> arguments, std::string input, std::size_t limit) const {
  arguments.insert(arguments.begin(), {"git", "-c", "core.fsmonitor=", "-c", "safe.bareRepository=explicit"});
  return process::run({std::move(arguments), directory_, environment_, std::move(input), deadline, limit});
}

process::Result Git::run_or_throw(std::vector<std::string> arguments, std::string input, std::size_t limit) const {
  const std::string command = arguments.front();
  auto result = run(std::move(arguments), std::move(input), limit);
  if (!result.ok()) throw failure(command, result);
  return result;
}

std::vector<Entry> Git::index_entries(const std::vector<std::string>& paths) const {
  return parse_index_entries(
      run_or_throw(literal({"ls-files", "-s", "-z", "--full-name"}, paths), {}, listing_limit).out);
}

std::vector<Entry> Git::tree_entries(const std::string& commit, const std::vector<std::string>& paths) const {
  std::vector<std::string> arguments{"--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, "--"};
  arguments.insert(arguments.end(), paths.begin(), paths.end());
  return parse_tree_entries(run_or_throw(std::move(arguments), {}, listing_limit).out);
}

std::optional<std::string> Git::commit(std::string_view revision) const {
  const auto result =
      run({"rev-parse", "--verify", "--quiet", "--end-of-options", std::string(revision) + "^{commit}"});
  if (!result.ok()) return std::nullopt;
  return std::string(base::trim(result.out));
}

Blobs Git::blobs(const std::vector<Entry>& entries, const std::vector<std::size_t>& limits,
                 base::ExitCode too_large) const {
  if (entries.empty()) return {};
  const auto sizes = run_or_throw({"cat-file", "--batch-check"}, lines_of(entries), listing_limit);
  std::string_view rest = sizes.out;
  std::size_t total = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto size = take_size(rest).value_or(0);
    if (size > limits[i])
      throw base::Error(too_large, fmt::format("{} bytes, more than the {} that envguard reads", size, limits[i]))
          .at(base::visible(entries[i].path));
    total += size + 256;
  }
  const auto contents = run_or_throw({"cat-file", "--batch"}, lines_of(entries), total);
  rest = contents.out;
  Blobs blobs;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto size = take_size(rest);
    blobs.push_back(size ? std::optional(std::string(rest.substr(0, *size))) : std::nullopt);
    if (size) rest.remove_prefix(std::min(*size + 1, rest.size()));
  }
  return blobs;
}

std::vector<std::string> Git::file_ids(const std::vector<std::string>& paths) const {
  if (paths.empty()) return {};
  std::string input;
  for (const auto& path : paths) input += path + "\n";
  const auto result = run_or_throw({"hash-object", "--no-filters", "--stdin-paths"}, std::move(input));
  std::vector<std::string> ids;
  for (const auto line : base::split(base::trim(result.out), '\n')) ids.emplace_back(line);
  if (ids.size() != paths.size()) throw failure("hash-object", result);
  return ids;
}

bool Git::anything_staged(const std::vector<std::string>& ignore) const {
  const auto against = [&](const std::string& tree) {
    std::vector<std::string> arguments{"diff-index", "--cached", "--quiet", tree, "--", "."};
    for (const auto& pattern : ignore) arguments.push_back(":(exclude)" + pattern);
    return run(std::move(arguments));
  };
  auto result = against("HEAD");
  if (result.exit_code > 1 && !commit("HEAD")) {
    const auto empty_tree = run_or_throw({"hash-object", "-t", "tree", "--stdin"});
    result = against(std::string(base::trim(empty_tree.out)));
  }
  if (result.exit_code != 0 && result.exit_code != 1) throw failure("diff-index", result);
  return result.exit_code == 1;
}

bool Git::tracks(const std::vector<std::string>& paths) const {
  const auto result = run(literal({"ls-files", "-z"}, paths), {}, 4096);
  if (!result.ok() && !result.truncated) throw failure("ls-files", result);
  return !result.out.empty();
}

bool Git::head_holds(const std::vector<std::string>& paths) const {
  const auto head = commit("HEAD");
  if (!head) return false;
  std::vector<std::string> arguments{"--literal-pathspecs", "ls-tree", "-z", "--full-tree", *head, "--"};
  arguments.insert(arguments.end(), paths.begin(), paths.end());
  const auto result = run(std::move(arguments), {}, 4096);
  if (!result.ok() && !result.truncated) throw failure("ls-tree", result);
  return !result.out.empty();
}

std::optional<Git::Setting> Git::config(const std::string& name) const {
  const auto result = run({"config", "--show-scope", "-z", "--get", name});
  if (result.exit_code == 1) return std::nullopt;
  if (!result.ok()) throw failure("config", result);
  const auto fields = base::split(result.out, '\0');
  if (fields.size() < 2) throw failure("config", result);
  return Setting{std::string(fields[0]), std::string(fields[1])};
}

}  // namespace envguard::git
