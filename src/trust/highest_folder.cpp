#include "trust/owner.hpp"
#include "trust/trust.hpp"

namespace envguard::trust {

namespace fs = std::filesystem;

fs::path highest_folder(const fs::path& start, const fs::path& home, uid_t user) {
  fs::path highest;
  std::optional<dev_t> file_system;
  for (fs::path folder = start;; folder = folder.parent_path()) {
    Step step{folder, {}};
    if (stat(folder.c_str(), &step.status) != 0) return highest;
    if (file_system.value_or(step.status.st_dev) != step.status.st_dev) return highest;
    if (!not_alone(step, user).empty()) return highest;
    file_system = step.status.st_dev;
    highest = folder;
    if (folder == home || folder == folder.parent_path()) return highest;
  }
}

}  // namespace envguard::trust
