#include "fixtures.hpp"

#include <algorithm>

#include "base/files.hpp"

namespace envguard::lockfile {

std::string read_fixture(const std::filesystem::path& path) {
  return base::read_file(std::filesystem::path(ENVGUARD_FIXTURES) / path, 1U << 20U).value();
}

std::vector<Refused> refused_fixtures(const std::string& folder) {
  std::vector<Refused> result;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(ENVGUARD_FIXTURES) / folder)) {
    const std::string text = read_fixture(entry.path());
    const auto colon = text.find(": ");
    const auto end = text.find('\n');
    const std::string line = text.substr(2, colon - 2);
    result.push_back({entry.path(), text, line == "file" ? "" : line, text.substr(colon + 2, end - colon - 2)});
  }
  std::ranges::sort(result, {}, &Refused::path);
  return result;
}

}  // namespace envguard::lockfile
