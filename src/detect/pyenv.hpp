#pragma once

#include <filesystem>
#include <optional>

#include "detect/search.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// What a shim of pyenv would run, read from pyenv's own files as `pyenv version-name` reads them.
struct Shim {
  std::filesystem::path interpreter;  ///< empty: `system`, the next python3 on PATH
};

/// Nothing where `program` is no shim of pyenv, or names a version that is not installed.
[[nodiscard]] std::optional<Shim> pyenv_shim(const model::Machine& machine, Search& search,
                                             const std::filesystem::path& program);

}  // namespace envguard::detect
