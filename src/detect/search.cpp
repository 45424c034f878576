#include "detect/search.hpp"

#include <algorithm>

#include "base/files.hpp"

namespace envguard::detect {

bool Search::has_file(const std::filesystem::path& path) {
  std::error_code error;
  return seen_[path] = std::filesystem::is_regular_file(path, error);
}

bool Search::has_folder(const std::filesystem::path& path) {
  std::error_code error;
  return seen_[path] = std::filesystem::is_directory(path, error);
}

std::optional<std::string> Search::text(const std::filesystem::path& path, std::size_t limit) {
  try {
    auto content = base::read_file(path, limit);
    seen_[path] = content.has_value();
    return content;
  } catch (const base::Error&) {
    seen_[path] = false;
    return std::nullopt;
  }
}

std::vector<std::string> Search::names(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  auto entry = std::filesystem::directory_iterator(folder, error);
  seen_[folder] = !error;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    found.push_back(entry->path().filename().string());
  std::ranges::sort(found);
  return found;
}

void Search::add(const std::vector<model::Sighting>& sightings) {
  for (const model::Sighting& sighting : sightings) seen_[sighting.path] = sighting.present;
}

std::vector<model::Sighting> Search::sightings() const {
  std::vector<model::Sighting> all;
  for (const auto& [path, present] : seen_) all.push_back({path, present});
  return all;
}

}  // namespace envguard::detect
