#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/machine.hpp"
#include "process/run.hpp"

namespace envguard::testing {

/// A folder of its own, and git that knows no configuration but the repository's.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// Runs git in `where`; fails the test where git does not end with 0.
  std::string git(const std::filesystem::path& where, std::vector<std::string> arguments) const;
  /// The same, ended however.
  [[nodiscard]] process::Result try_git(const std::filesystem::path& where, std::vector<std::string> arguments) const;

  /// A repository at `name` with a policy and a lock of target "cpu" whose first line is `lock`, committed.
  std::filesystem::path repository(std::string_view name, std::string_view lock,
                                   std::vector<std::string> init_options = {}) const;

  model::EnvironmentMap environment;

 private:
  std::filesystem::path folder_;
};

/// An installed envguard: the real libexec/envguard/envguard-hook, and the probe as bin/envguard.
struct Installed {
  explicit Installed(const std::filesystem::path& prefix);
  std::filesystem::path prefix, hook, envguard;
};

void write(const std::filesystem::path& path, std::string_view text);
[[nodiscard]] std::string read(const std::filesystem::path& path);
void make_executable(const std::filesystem::path& path);

inline constexpr std::string_view lock_path = "envguard.lock.d/default/cpu.toml";

/// Sets a variable of the scratch's environment and returns what the probe wrote since: nothing where it was not
/// started.
class Probe {
 public:
  explicit Probe(Scratch& scratch);
  [[nodiscard]] std::optional<std::string> take() const;

 private:
  std::filesystem::path output_;
};

}  // namespace envguard::testing
