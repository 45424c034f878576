#pragma once

#include <filesystem>
#include <string>

#include "engine/shared_library.hpp"

namespace envguard::engine::test {

/// The folder of the venv with all of a PyTorch, CUDA libraries included, that ci/fetch-torch made. One that is not
/// there fails the test.
[[nodiscard]] std::filesystem::path site_packages(const std::string& version);

/// Whether ci/fetch-torch made it: some are fetched only when they are named.
[[nodiscard]] bool is_fetched(const std::string& version);

/// Opens it; a library that does not open fails the test.
[[nodiscard]] SharedLibrary open(const std::filesystem::path& path);

}  // namespace envguard::engine::test
