#pragma once

#include <filesystem>
#include <optional>

#include "detect/search.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// Absolute, without `..` and a trailing slash; relative to the machine's working directory.
[[nodiscard]] std::filesystem::path clean(const model::Machine& machine, const std::filesystem::path& path);

/// `install_at` for a search that goes on; `rule` is left empty and `path` is absolute and clean.
[[nodiscard]] std::optional<model::Install> locate(const model::Machine& machine, Search& search,
                                                   const std::filesystem::path& path);

/// The LibTorch whose libtorch.so lies in `library`.
[[nodiscard]] std::optional<model::Install> libtorch_at(Search& search, const std::filesystem::path& root,
                                                        const std::filesystem::path& library);

}  // namespace envguard::detect
