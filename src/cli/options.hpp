#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/device.hpp"

namespace envguard::cli {

struct TryOptions {
  static constexpr const char* name = "try";
};

struct InitOptions {
  static constexpr const char* name = "init";
  bool yes = false;
};

struct DoctorOptions {
  static constexpr const char* name = "doctor";
  bool strict = false;
};

struct FingerprintOptions {
  static constexpr const char* name = "fingerprint";
  std::string environment;
  std::optional<model::Device> device;  ///< nothing: the GPU where there is one
  std::chrono::seconds timeout{120};
};

struct LockOptions {
  static constexpr const char* name = "lock";
  std::string environment, target;
  std::optional<model::Device> device;  ///< nothing: the GPU where there is one
  std::string reason;
  int runs = 5;
  bool refresh = false, check = false;
  std::chrono::seconds timeout{600};
};

struct CheckOptions {
  static constexpr const char* name = "check";
  std::string environment, target;
  std::optional<model::Device> device;  ///< nothing: every lock whose key fits
  bool all_gpus = false;                ///< --device all: every GPU, one after the other
  bool require_gpu = false;             ///< not judged where no GPU was, whatever the policy says
  std::chrono::seconds wait{0};
  std::filesystem::path lock;  ///< --lock: no git, no policy
  bool staged = false;
  std::string commit;
  std::string against;   ///< another PyTorch, to find out whether it is the install that moved the numerics
  bool nearest = false;  ///< distances to the lock of the nearest other hardware, and no verdict
  bool no_cache = false;
  bool ci = false;
  std::chrono::seconds timeout{120};
};

struct StatusOptions {
  static constexpr const char* name = "status";
  bool exit_code = false;
};

struct DiffOptions {
  static constexpr const char* name = "diff";
  std::string environment, target;
  std::vector<std::string> sides;  ///< none, one or two
  bool exit_code = false;
  std::chrono::seconds timeout{120};
};

struct CompareOptions {
  static constexpr const char* name = "compare";
  std::vector<std::string> installs;      ///< at least one
  std::vector<std::string> knobs, flags;  ///< K=V, each a side of its own; only with one install
  std::optional<model::Device> device;    ///< nothing: the GPU where there is one
  bool exit_code = false;
  std::chrono::seconds timeout{600};
};

struct ExplainOptions {
  static constexpr const char* name = "explain";
  std::filesystem::path result;  ///< a verdict in JSON; empty: the last one here
  bool acknowledge = false;
};

struct HookOptions {
  static constexpr const char* name = "hook";
  enum class Action { install, uninstall, status, run };
  Action action = Action::status;
};

using CommandOptions =
    std::variant<TryOptions, InitOptions, DoctorOptions, FingerprintOptions, LockOptions, CheckOptions, StatusOptions,
                 DiffOptions, CompareOptions, ExplainOptions, HookOptions>;

}  // namespace envguard::cli
