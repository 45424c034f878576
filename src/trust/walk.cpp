#include "trust/walk.hpp"

#include <algorithm>
#include <deque>

namespace envguard::trust {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as the kernel: path_resolution(7)

void push_front(std::deque<fs::path>& names, const fs::path& path) {
  const auto relative = path.relative_path();
  names.insert(names.begin(), relative.begin(), relative.end());
}

}  // namespace

Walk walk(const fs::path& path) {
  Walk way;
  way.end = "/";
  way.climbs = std::find(path.begin(), path.end(), "..") != path.end();
  std::deque<fs::path> names;
  push_front(names, path);
  for (int links = 0; !names.empty();) {
    const auto name = names.front();
    names.pop_front();
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      way.end = way.end.parent_path();
      continue;
    }
    Step step{way.end / name, {}};
    if (lstat(step.path.c_str(), &step.status) != 0) break;
    way.steps.push_back(step);
    if (!step.is_link()) {
      way.end = step.path;
      continue;
    }
    std::error_code failed;
    const auto target = fs::read_symlink(step.path, failed);
    if (failed || ++links > most_links) break;
    if (target.is_absolute()) way.end = "/";
    push_front(names, target);
  }
  return way;
}

}  // namespace envguard::trust
