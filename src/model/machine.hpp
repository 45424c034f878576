#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace envguard::model {

using EnvironmentMap = std::map<std::string, std::string>;

/// Everything of the machine that envguard asks, as values: real in `main.cpp`, described by a file in tests.
struct Machine {
  EnvironmentMap environment;       ///< the caller's, whole
  std::filesystem::path directory;  ///< working directory, absolute
  std::filesystem::path home;
  std::filesystem::path sys = "/sys";
  std::filesystem::path proc = "/proc";
  std::filesystem::path etc = "/etc";
  std::filesystem::path dev = "/dev";
  std::filesystem::path local = "/usr/local";  ///< where NVIDIA's installers put toolkits
  std::filesystem::path loader;                ///< ld-linux-x86-64.so.2 of this system
  std::vector<std::filesystem::path>
      system_libraries;                      ///< where the system's LibTorch would be: /usr/lib/x86_64-linux-gnu …
  std::filesystem::path program;             ///< envguard itself
  std::filesystem::path engine;              ///< envguard-engine
  std::filesystem::path hook;                ///< envguard-hook
  std::string cuda_driver = "libcuda.so.1";  ///< opened by the engine only
  std::string nvml = "libnvidia-ml.so.1";
  std::filesystem::path gpu_locks = "/tmp";           ///< where a file marks each GPU that is being measured on
  std::chrono::milliseconds driver_deadline{10'000};  ///< for each thing that driver and GPUs are asked
  std::filesystem::path terminal = "/dev/tty";        ///< where a hook can be sure to be seen
  std::filesystem::path cache;                        ///< $XDG_CACHE_HOME/envguard: kept Runs and manifests
  std::function<std::chrono::system_clock::time_point()> now;
  std::string build;                  ///< of envguard; the engine must be of the same
  std::vector<std::string> left_out;  ///< of this build, each with the reason: "machine code for GPUs: …"

  /// The variable's value where it is set and not empty.
  [[nodiscard]] std::string variable(const std::string& name) const;
};

/// "2026-11-23" and "2026-11-23T08:15:00Z", UTC.
[[nodiscard]] std::string utc_day(std::chrono::system_clock::time_point time);
[[nodiscard]] std::string utc_time(std::chrono::system_clock::time_point time);

}  // namespace envguard::model
