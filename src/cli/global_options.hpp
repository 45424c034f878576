#pragma once

#include <filesystem>
#include <string>

namespace envguard::cli {

enum class Format { text, json };
enum class Color { automatic, always, never };

/// Options that every command takes.
struct GlobalOptions {
  std::filesystem::path directory;  ///< -C; empty: where envguard was started
  std::filesystem::path config;     ///< --config; empty: found in the repository
  std::string torch;                ///< --torch as typed
  Format format = Format::text;
  std::filesystem::path output;  ///< -o; empty: standard output
  bool quiet = false;
  bool verbose = false;
  Color color = Color::automatic;
};

}  // namespace envguard::cli
