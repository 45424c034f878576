#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace envguard::base {

/// The whole file. Absent: nothing. Larger than `limit`, a directory or unreadable: Error `code`, with the path.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t limit,
                                                   ExitCode code = ExitCode::usage);

/// Several files replaced as one step, as far as POSIX lets them be: each is written to a temporary file in its own
/// folder and synced, then all are renamed in the order of `add`, then the folders are synced. A crash anywhere leaves
/// each file whole, old or new; a failure leaves all old ones: each is kept under a second name until the last rename.
/// The destructor removes what was not renamed.
class AtomicFiles {
 public:
  AtomicFiles() = default;
  ~AtomicFiles();
  AtomicFiles(const AtomicFiles&) = delete;
  AtomicFiles& operator=(const AtomicFiles&) = delete;

  /// Writes and syncs the temporary file; creates missing folders. Error could_not_measure where the disk is full or
  /// read-only.
  void add(const std::filesystem::path& path, std::span<const std::byte> content);
  void add(const std::filesystem::path& path, std::string_view content);
  void commit();

 private:
  struct Pending {
    std::filesystem::path temporary, target;
    std::filesystem::path kept;  ///< the old file's second name; empty: there was none
  };
  static void keep_old(Pending& pending);
  static void put_back(Pending& pending);
  std::vector<Pending> pending_;
};

/// Whether the path is a plain file, no link, in a folder that is no link, and this user alone owns and can write both.
/// What others could have written is not believed.
[[nodiscard]] bool is_this_users_alone(const std::filesystem::path& file);

}  // namespace envguard::base
