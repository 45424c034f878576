#include "repository/repository.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "lockfile/policy.hpp"
#include "repository/content.hpp"

namespace envguard::repository {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ExitCode;

constexpr std::string_view policy_name = "envguard.toml";
constexpr std::string_view project_name = "pyproject.toml";
constexpr std::string_view lock_folder_name = "envguard.lock.d";

// git is run at the top from here on, so a relative GIT_DIR or GIT_WORK_TREE must not be read from there.
// (A relative GIT_INDEX_FILE is already meant from the top.)
model::EnvironmentMap anchored(model::EnvironmentMap environment, const git::Layout& layout) {
  const auto anchor = [&](const char* name, const fs::path& place) {
    if (environment.contains(name)) environment[name] = place.string();
  };
  anchor("GIT_DIR", layout.git_dir);
  anchor("GIT_COMMON_DIR", layout.common_dir);
  anchor("GIT_WORK_TREE", *layout.top);
  return environment;
}

std::string in_folder(const fs::path& folder, std::string_view name) {
  return (folder / name).generic_string();
}

// What is not a plain file, or does not even name envguard, has no [tool.envguard]: a hook that outlives its policy
// must not stumble over the pyproject.toml of an old branch.
std::optional<model::Policy> parse(const std::string& path, const std::string& text, const std::string& place) {
  if (fs::path(path).filename() == policy_name) return lockfile::parse_policy(text, place);
  if (text.find("envguard") == std::string::npos) return std::nullopt;
  return lockfile::parse_pyproject(text, place);
}

// The first component of `place` that is a link: it may lead out of the repository, and the index does not follow it.
std::optional<fs::path> first_link(const fs::path& top, const fs::path& place) {
  fs::path path = top;
  std::error_code absent;
  for (const auto& part : place) {
    path /= part;
    if (fs::is_symlink(fs::symlink_status(path, absent))) return path;
  }
  return std::nullopt;
}

void refuse_link(const fs::path& top, const fs::path& place, ExitCode code) {
  const auto link = first_link(top, place);
  if (!link) return;
  throw Error(code, "is a symbolic link; locks lie in the repository itself, which is all that a commit holds",
              fmt::format("put the folder itself there: rm {}", base::shell_quote(link->string())))
      .at(base::visible(link->string()));
}

// The policy of one folder, if it has one.
std::optional<PolicyFile> read_policy(const Content& content, const fs::path& folder) {
  auto entries = content.entries({in_folder(folder, policy_name), in_folder(folder, project_name)});
  std::erase_if(entries, [](const git::Entry& entry) {
    return !entry.is_file() && fs::path(entry.path).filename() == project_name;
  });
  const auto texts = content.read(entries, std::vector(entries.size(), base::limits::policy_bytes), ExitCode::usage);
  std::optional<PolicyFile> found;
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto place = content.place(entries[i].path);
    auto policy = parse(entries[i].path, texts[i], place);
    inputs.emplace_back(entries[i].path, entries[i].id);
    if (!policy) continue;
    if (found)
      throw Error(ExitCode::usage, "two policies: envguard.toml, and [tool.envguard] in pyproject.toml",
                  "keep one of them: move the table's keys into envguard.toml, or delete that file")
          .at(place);
    found = PolicyFile{std::move(*policy), place, folder, {}};
  }
  if (found) found->inputs = std::move(inputs);
  return found;
}

}  // namespace

Repository::Repository(git::Git git, git::Layout layout, fs::path start)
    : git_(std::move(git)), layout_(std::move(layout)), top_(*layout_.top), start_(std::move(start)) {}

std::optional<Repository> Repository::find(const fs::path& start, const model::EnvironmentMap& environment) {
  auto layout = git::Git(start, environment).layout();
  if (!layout) return std::nullopt;
  if (!layout->top) {
    const std::string what =
        layout->bare ? "is a bare repository, without a work tree" : "is inside of git's own folder";
    throw Error(ExitCode::usage, what, "go to a work tree (git worktree list), or use: envguard check --lock FILE")
        .at(base::visible(start.string()));
  }
  git::Git at_top(*layout->top, anchored(environment, *layout));
  return Repository(std::move(at_top), std::move(*layout), fs::weakly_canonical(start));
}

Repository Repository::open(const fs::path& start, const model::EnvironmentMap& environment) {
  if (auto repository = find(start, environment)) return std::move(*repository);
  throw Error(ExitCode::usage, "is not in a git repository",
              "go to one, make one with `git init`, or compare without git: envguard check --lock FILE")
      .at(base::visible(start.string()));
}

std::optional<PolicyFile> Repository::policy(const Source& source) const {
  const Content content(git_, source);
  if (source.view != View::work_tree) return read_policy(content, {});
  auto folder = start_.lexically_relative(top_);
  if (folder == "." || folder.empty() || *folder.begin() == "..") folder.clear();
  for (;; folder = folder.parent_path()) {
    if (auto policy = read_policy(content, folder)) return policy;
    if (folder.empty()) return std::nullopt;
  }
}

LockSet Repository::locks(const Source& source, std::string_view environment, const fs::path& folder) const {
  if (!base::is_plain_name(environment))
    throw Error(ExitCode::usage, fmt::format("\"{}\" cannot name an environment", base::visible(environment)),
                "use letters, digits, '.', '_' and '-'");
  const Content content(git_, source);
  const std::string place = in_folder(folder, fmt::format("{}/{}", lock_folder_name, environment));
  if (source.view == View::work_tree) refuse_link(top_, place, ExitCode::lock_unreadable);
  const auto entries = content.entries({place});
  LockSet set;
  std::map<std::string, const git::Entry*> locks, evidence;
  for (const auto& entry : entries) {
    set.inputs.emplace_back(entry.path, entry.id);
    const fs::path path = entry.path;
    if (path.parent_path() != place || !base::is_plain_name(path.stem().string())) continue;
    if (path.extension() == ".toml") locks[path.stem()] = &entry;
    if (path.extension() == ".evidence") evidence[path.stem()] = &entry;
  }
  std::vector<git::Entry> wanted;
  std::vector<std::size_t> limits;
  for (const auto& [target, entry] : locks) {
    wanted.push_back(*entry);
    limits.push_back(base::limits::lock_bytes);
    if (!evidence.contains(target)) continue;
    wanted.push_back(*evidence[target]);
    limits.push_back(base::limits::evidence_bytes);
  }
  const auto texts = content.read(wanted, limits, ExitCode::lock_unreadable);
  std::size_t next = 0;
  for (const auto& [target, entry] : locks) {
    LockFile lock{std::string(environment), target, content.place(entry->path), texts[next++], std::nullopt};
    if (evidence.contains(target)) lock.evidence = texts[next++];
    set.locks.push_back(std::move(lock));
  }
  return set;
}

fs::path Repository::lock_folder(std::string_view environment, const fs::path& folder) const {
  const auto place = folder / lock_folder_name / environment;
  refuse_link(top_, place, ExitCode::usage);
  return top_ / place;
}

bool Repository::has_lock_in_work_tree(std::string_view environment, const fs::path& folder) const {
  const auto place = folder / lock_folder_name / environment;
  if (first_link(top_, place)) return false;
  std::error_code absent;
  const fs::directory_iterator files(top_ / place, absent);
  return std::any_of(begin(files), end(files), [](const auto& file) { return file.path().extension() == ".toml"; });
}

bool Repository::only_ignored_staged(const std::vector<std::string>& ignore) const {
  return !ignore.empty() && !git_.anything_staged(ignore) && git_.anything_staged({});
}

}  // namespace envguard::repository
