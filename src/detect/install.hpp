#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// What one path holds.
struct Located {
  std::optional<model::Install> install;
  std::vector<model::Sighting> sightings;
};

/// The PyTorch at one absolute path: an interpreter, a venv, a conda or pixi prefix, a site-packages folder, a torch
/// package in it, or a LibTorch folder. `rule` is kept in the install. Nothing is opened as a library.
[[nodiscard]] Located install_at(const model::Machine& machine, const std::filesystem::path& path, std::string rule);

/// The folder that holds the install's distributions (the parent of `torch`); nothing for a LibTorch folder.
[[nodiscard]] std::optional<std::filesystem::path> site_packages(const model::Install& install);

}  // namespace envguard::detect
