#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace envguard::lockfile {

/// A hostile file of fixtures/: its first line says what it must be refused with, `# LINE: part of the message`.
struct Refused {
  std::filesystem::path path;
  std::string text;
  std::string line;  ///< "7", or empty where the file as a whole is refused
  std::string expected;
};

[[nodiscard]] std::string read_fixture(const std::filesystem::path& path);
/// Those of `fixtures/FOLDER`, sorted.
[[nodiscard]] std::vector<Refused> refused_fixtures(const std::string& folder);

}  // namespace envguard::lockfile
