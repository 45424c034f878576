#pragma once

#include <filesystem>

namespace envguard::runner {

/// An empty folder for an engine to stand in, removed with whatever its libraries dropped there.
class ScratchFolder {
 public:
  /// Below `parent`. Error could_not_measure where it cannot be made.
  explicit ScratchFolder(const std::filesystem::path& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace envguard::runner
