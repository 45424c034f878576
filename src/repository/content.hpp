#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "git/git.hpp"
#include "repository/source.hpp"

namespace envguard::repository {

/// The files of one source, whichever it is: the same entries and bytes from work tree, index and commit. Symbolic
/// links are listed (mode 120000) and never followed.
class Content {
 public:
  /// `git`: at the top. Error usage where the source's revision does not exist.
  Content(const git::Git& git, const Source& source);

  /// Entries at and under these paths, relative to the top, by path.
  [[nodiscard]] std::vector<git::Entry> entries(const std::vector<std::string>& paths) const;

  /// Their bytes. Error `unreadable`, with the place: no plain file, in conflict, larger than its limit, not there.
  [[nodiscard]] std::vector<std::string> read(const std::vector<git::Entry>& entries,
                                              const std::vector<std::size_t>& limits, base::ExitCode unreadable) const;

  /// "index:envguard.toml", "commit HEAD:envguard.toml"; of the work tree, the file's whole path.
  [[nodiscard]] std::string place(const std::string& path) const;

 private:
  [[nodiscard]] std::vector<git::Entry> files(const std::vector<std::string>& paths) const;

  const git::Git& git_;
  Source source_;
  std::string commit_;
};

}  // namespace envguard::repository
