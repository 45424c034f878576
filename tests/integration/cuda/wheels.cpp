#include "wheels.hpp"

#include <cstdlib>
#include <stdexcept>
#include <variant>

namespace envguard::engine::test {
namespace {

using std::filesystem::path;

path cache() {
  const char* named = std::getenv("ENVGUARD_TEST_TORCH");
  if (named != nullptr && *named != '\0') return named;
  const char* home = std::getenv("HOME");
  return path(home == nullptr ? "/" : home) / ".cache/envguard-test";
}

}  // namespace

path site_packages(const std::string& version) {
  const path venv = cache() / ("python-" + version);
  if (std::filesystem::exists(venv / "lib")) {
    for (const auto& entry : std::filesystem::directory_iterator(venv / "lib")) {
      if (entry.path().filename().string().starts_with("python3")) return entry.path() / "site-packages";
    }
  }
  throw std::runtime_error(venv.string() + " has no PyTorch: run ci/fetch-torch");
}

bool is_fetched(const std::string& version) {
  return std::filesystem::exists(cache() / ("python-" + version));
}

SharedLibrary open(const path& library) {
  auto opened = SharedLibrary::open(library);
  if (const auto* held = std::get_if<SharedLibrary>(&opened)) return *held;
  throw std::runtime_error(std::get<Unopened>(opened).why);
}

}  // namespace envguard::engine::test
