#include "manifest/store.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace envguard::manifest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{8} << 20;

std::optional<std::string> read(const fs::path& path) {
  if (!base::is_this_users_alone(path)) return std::nullopt;
  try {
    return base::read_file(path, most_bytes);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool keep(const fs::path& path, const std::string& text) {
  try {
    fs::create_directories(path.parent_path());
    fs::permissions(path.parent_path(), fs::perms::owner_all);
    base::AtomicFiles files;
    files.add(path, text);
    files.commit();
    return true;
  } catch (const base::Error&) {
    return false;
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

}  // namespace

Store::Store(const fs::path& cache, const fs::path& top) {
  if (!cache.empty()) folder_ = cache / "verdicts" / base::hash128(top.native()).hex();
}

fs::path Store::file(std::string_view name) const {
  return folder_.empty() || !base::is_plain_name(name) ? fs::path() : folder_ / name;
}

bool Store::keep(const Manifest& manifest) const {
  const auto path = file(manifest.environment + ".manifest");
  return !path.empty() && manifest::keep(path, write(manifest));
}

std::optional<Manifest> Store::find(std::string_view environment) const {
  const auto text = read(file(std::string(environment) + ".manifest"));
  auto manifest = text ? parse_manifest(*text) : std::nullopt;
  if (manifest && manifest->environment != environment) return std::nullopt;
  return manifest;
}

void Store::drop(std::string_view environment) const {
  std::error_code absent;
  fs::remove(file(std::string(environment) + ".manifest"), absent);
}

bool Store::keep(const Directory& directory) const {
  const auto path = file("directory");
  return !path.empty() && manifest::keep(path, write(directory));
}

std::optional<Directory> Store::directory() const {
  const auto text = read(file("directory"));
  return text ? parse_directory(*text) : std::nullopt;
}

}  // namespace envguard::manifest
