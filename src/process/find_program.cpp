#include "process/find_program.hpp"

#include <string_view>
#include <system_error>

#include <unistd.h>

#include "base/text.hpp"
#include "base/work_tree.hpp"

namespace envguard::process {

std::string find_program(const std::string& name, const model::EnvironmentMap& environment,
                         const std::filesystem::path& directory) {
  if (name.find('/') != std::string::npos) return name;
  const auto path = environment.find("PATH");
  const std::string_view folders = path == environment.end() ? "/usr/bin:/bin" : std::string_view(path->second);
  std::error_code gone;
  const auto where = directory.empty() ? std::filesystem::current_path(gone) : directory;
  for (const auto folder : base::split(folders, ':')) {
    if (!folder.starts_with('/')) continue;
    auto candidate = std::string(folder) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0 && !base::lies_in_work_tree_of(where, candidate)) return candidate;
  }
  return {};
}

}  // namespace envguard::process
