#include "repository/content.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"

namespace envguard::repository {
namespace {

namespace fs = std::filesystem;
using base::Error;

constexpr std::uint32_t link_mode = 0120000;
constexpr std::uint32_t file_mode = 0100644;

void append_file(const fs::path& top, const fs::path& path, std::vector<git::Entry>& entries) {
  const auto status = fs::symlink_status(path);
  const bool link = fs::is_symlink(status);
  // git takes names by the line, and envguard writes none with a line break.
  if (path.native().find('\n') != std::string::npos) return;
  if (link || fs::is_regular_file(status))
    entries.push_back({path.lexically_relative(top).generic_string(), link ? link_mode : file_mode, {}, 0});
}

}  // namespace

std::string Source::text() const {
  switch (view) {
    case View::index:
      return "index";
    case View::commit:
      return "commit " + base::visible(revision);
    case View::work_tree:
      break;
  }
  return "work tree";
}

Content::Content(const git::Git& git, const Source& source) : git_(git), source_(source) {
  if (source.view != View::commit) return;
  const auto commit = git.commit(source.revision);
  if (!commit)
    throw Error(base::ExitCode::usage, fmt::format("there is no commit {}", base::visible(source.revision)),
                "list them with: git log --oneline");
  commit_ = *commit;
}

std::vector<git::Entry> Content::entries(const std::vector<std::string>& paths) const {
  if (source_.view == View::index) return git_.index_entries(paths);
  if (source_.view == View::commit) return git_.tree_entries(commit_, paths);
  return files(paths);
}

std::vector<git::Entry> Content::files(const std::vector<std::string>& paths) const {
  std::vector<git::Entry> entries;
  const auto& top = git_.directory();
  for (const auto& path : paths) {
    if (!fs::is_directory(fs::symlink_status(top / path))) {
      append_file(top, top / path, entries);
      continue;
    }
    for (const auto& below : fs::recursive_directory_iterator(top / path)) append_file(top, below.path(), entries);
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::vector<std::string> plain;
  for (const auto& entry : entries)
    if (entry.is_file()) plain.push_back(entry.path);
  const auto ids = git_.file_ids(plain);
  auto id = ids.begin();
  for (auto& entry : entries)
    if (entry.is_file()) entry.id = *id++;
  return entries;
}

std::vector<std::string> Content::read(const std::vector<git::Entry>& entries, const std::vector<std::size_t>& limits,
                                       base::ExitCode unreadable) const {
  for (const auto& entry : entries) {
    if (entry.stage != 0)
      throw Error(unreadable, "is in conflict", "resolve it, then: git add " + base::shell_quote(entry.path))
          .at(place(entry.path));
    if (!entry.is_file())
      throw Error(unreadable, "is not a plain file", "put the file itself there, not a link or a submodule")
          .at(place(entry.path));
  }
  std::vector<std::string> contents;
  if (source_.view == View::work_tree) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto content = base::read_file(git_.directory() / entries[i].path, limits[i], unreadable);
      if (!content)
        throw Error(unreadable, "is gone: something removes files here", "run the command again")
            .at(place(entries[i].path));
      contents.push_back(std::move(*content));
    }
    return contents;
  }
  auto blobs = git_.blobs(entries, limits, unreadable);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!blobs[i])
      throw Error(unreadable, "its blob " + entries[i].id + " is missing from the repository", "git fsck")
          .at(place(entries[i].path));
    contents.push_back(std::move(*blobs[i]));
  }
  return contents;
}

std::string Content::place(const std::string& path) const {
  if (source_.view == View::work_tree) return base::visible((git_.directory() / path).string());
  return source_.text() + ":" + base::visible(path);
}

}  // namespace envguard::repository
