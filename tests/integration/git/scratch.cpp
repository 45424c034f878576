#include "scratch.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace envguard::testing {

namespace fs = std::filesystem;

Scratch::Scratch() {
  std::string pattern = (fs::temp_directory_path() / "envguard-git-XXXXXX").string();
  folder_ = fs::canonical(mkdtemp(pattern.data()));
  const char* path = std::getenv("PATH");
  environment = {{"PATH", path ? path : "/usr/bin:/bin"},
                 {"HOME", (folder_ / "home").string()},
                 {"XDG_CACHE_HOME", (folder_ / "cache").string()},
                 {"GIT_CONFIG_GLOBAL", "/dev/null"},
                 {"GIT_CONFIG_NOSYSTEM", "1"},
                 {"GIT_AUTHOR_NAME", "A"},
                 {"GIT_AUTHOR_EMAIL", "a@example.org"},
                 {"GIT_COMMITTER_NAME", "A"},
                 {"GIT_COMMITTER_EMAIL", "a@example.org"},
                 {"GIT_CONFIG_COUNT", "2"},
                 {"GIT_CONFIG_KEY_0", "protocol.file.allow"},
                 {"GIT_CONFIG_VALUE_0", "always"},
                 {"GIT_CONFIG_KEY_1", "init.defaultBranch"},
                 {"GIT_CONFIG_VALUE_1", "main"}};
  fs::create_directories(folder_ / "home");
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

process::Result Scratch::try_git(const fs::path& where, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), std::string("git"));
  return process::run({std::move(arguments), where, environment, {}, std::chrono::seconds(60)});
}

std::string Scratch::git(const fs::path& where, std::vector<std::string> arguments) const {
  const auto shown = arguments.empty() ? std::string() : arguments.front();
  const auto result = try_git(where, std::move(arguments));
  EXPECT_TRUE(result.ok()) << "git " << shown << " in " << where << ": " << result.err;
  return result.out;
}

fs::path Scratch::repository(std::string_view name, std::string_view lock,
                             std::vector<std::string> init_options) const {
  const auto top = folder_ / name;
  std::vector<std::string> init{"init", "-q"};
  init.insert(init.end(), init_options.begin(), init_options.end());
  init.push_back(top.string());
  git(folder_, init);
  write(top / "envguard.toml", "schema = 1\n");
  write(top / lock_path, std::string(lock) + "\n");
  write(top / "README.md", "text\n");
  git(top, {"add", "-A"});
  git(top, {"commit", "-q", "-m", "start"});
  return top;
}

Installed::Installed(const fs::path& place)
    : prefix(place), hook(place / "libexec/envguard/envguard-hook"), envguard(place / "bin/envguard") {
  fs::create_directories(hook.parent_path());
  fs::create_directories(envguard.parent_path());
  fs::copy_file(ENVGUARD_HOOK, hook);
  fs::copy_file(ENVGUARD_PROBE, envguard);
}

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  ASSERT_TRUE(file.good()) << path;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void make_executable(const fs::path& path) {
  fs::permissions(path, fs::perms(0755));
}

Probe::Probe(Scratch& scratch) : output_(scratch.folder() / "probe-output") {
  scratch.environment["ENVGUARD_PROBE_OUTPUT"] = output_.string();
}

std::optional<std::string> Probe::take() const {
  if (!fs::exists(output_)) return std::nullopt;
  auto text = read(output_);
  fs::remove(output_);
  return text;
}

}  // namespace envguard::testing
