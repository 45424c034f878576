#include "cache/entries.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/files.hpp"

namespace envguard::cache {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_bytes_of_one = std::size_t{16} << 20;

/// The first line: format, and a digest of key and text, so that neither a flipped bit nor a renamed file is believed.
std::string header(const base::Hash128& key, std::string_view text) {
  return "envguard 1 " + base::Hasher().field(key.hex()).field(text).digest().hex() + "\n";
}

struct Aged {
  fs::file_time_type written;
  std::uintmax_t bytes = 0;
  fs::path path;
};

std::vector<Aged> newest_first(const fs::path& folder) {
  std::vector<Aged> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    Aged file{entry.last_write_time(error), 0, entry.path()};
    if (!error) file.bytes = entry.file_size(error);
    if (!error) files.push_back(std::move(file));
  }
  std::ranges::sort(files, std::ranges::greater(), &Aged::written);
  return files;
}

}  // namespace

Entries::Entries(fs::path folder, Bounds bounds) : folder_(std::move(folder)), bounds_(bounds) {}

fs::path Entries::file(const base::Hash128& key) const {
  return folder_ / key.hex();
}

void Entries::keep(const base::Hash128& key, std::string_view text) const {
  if (folder_.is_relative() || text.size() > most_bytes_of_one) return;
  try {
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::owner_all);
    base::AtomicFiles files;
    files.add(file(key), header(key, text) + std::string(text));
    files.commit();
  } catch (const std::exception&) {
    return;  // a full or read-only disk costs the next check its shortcut, nothing else
  }
  prune();
}

std::optional<std::string> Entries::find(const base::Hash128& key) const {
  const auto path = file(key);
  if (!base::is_this_users_alone(path)) return std::nullopt;
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  if (error || fs::file_time_type::clock::now() - written > bounds_.age) return std::nullopt;
  try {
    auto content = base::read_file(path, 2 * most_bytes_of_one);
    if (!content) return std::nullopt;
    const auto text_start = content->find('\n') + 1;
    auto text = content->substr(text_start);
    if (content->substr(0, text_start) != header(key, text)) return std::nullopt;
    return text;
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

void Entries::prune() const {
  std::uintmax_t total = 0;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& entry : newest_first(folder_)) {
    total += entry.bytes;
    std::error_code ignored;
    if (total > bounds_.bytes || now - entry.written > bounds_.age) fs::remove(entry.path, ignored);
  }
}

}  // namespace envguard::cache
