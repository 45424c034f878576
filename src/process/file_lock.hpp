#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "process/descriptor.hpp"

namespace envguard::process {

/// An exclusive lock of a file (flock), held while this lives and gone with the process, however it ends. The file
/// itself stays: removing it would let two processes lock two files of one name.
class FileLock {
 public:
  FileLock() = default;  ///< of nothing
  /// Nothing: another process holds it. Makes the file where it is missing, for every user to lock. Error
  /// could_not_measure where it can neither be made nor opened.
  [[nodiscard]] static std::optional<FileLock> take(const std::filesystem::path& file);

 private:
  explicit FileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace envguard::process
