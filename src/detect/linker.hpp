#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/machine.hpp"

namespace envguard::detect {

/// One line of the dynamic linker's answer.
struct Resolved {
  std::string name;            ///< as it was asked for: "libcudnn.so.9"
  std::filesystem::path path;  ///< canonical; empty: not found
};

struct LinkerAnswer {
  std::vector<Resolved> libraries;  ///< in load order, the opened one first
  std::string failure;              ///< why there is none; or empty
};

/// What is asked of the linker.
struct LinkerQuestion {
  std::filesystem::path library;               ///< absolute
  std::vector<std::filesystem::path> preload;  ///< below `directory`
  std::filesystem::path directory;  ///< preloads are passed relative to it: `--preload` splits at spaces and colons
  bool library_path = true;         ///< false: as if LD_LIBRARY_PATH were not set
};

/// Asks `machine.loader` in a child with a deadline; it maps the files and runs none of their code.
[[nodiscard]] LinkerAnswer ask(const model::Machine& machine, const LinkerQuestion& question);

/// The folders of LD_LIBRARY_PATH, absolute, in order.
[[nodiscard]] std::vector<std::filesystem::path> library_path(const model::Machine& machine);

/// The entries of LD_PRELOAD; one with a slash absolute.
[[nodiscard]] std::vector<std::filesystem::path> preloaded(const model::Machine& machine);

/// The lines that glibc's ld.so prints under LD_TRACE_LOADED_OBJECTS; paths as they stand there.
[[nodiscard]] std::vector<Resolved> parse_listing(std::string_view text);

}  // namespace envguard::detect
