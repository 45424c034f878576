#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "detect/facts.hpp"
#include "detect/search.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// `pyvenv.cfg` of a virtual environment.
struct VirtualEnvironment {
  std::filesystem::path home;         ///< the folder of the interpreter that it was made from
  std::string version;                ///< "3.11.7"; empty where the file has none
  bool system_site_packages = false;  ///< that interpreter's packages count too
};

/// Nothing where `prefix` holds no pyvenv.cfg.
[[nodiscard]] std::optional<VirtualEnvironment> virtual_environment(Search& search,
                                                                    const std::filesystem::path& prefix);

/// The prefix of an interpreter: of the venv that it stands in, else of the file that its links end at.
[[nodiscard]] std::filesystem::path prefix_of(Search& search, const std::filesystem::path& interpreter);

/// The folders in which packages of an interpreter can lie, in its order: what `pip install --user` fills (not for a
/// venv, nor under PYTHONNOUSERSITE); site-packages and dist-packages of the prefix's lib and lib64, for /usr those of
/// /usr/local first; what a venv inherits. Only folders that are there.
[[nodiscard]] std::vector<std::filesystem::path> package_folders(const model::Machine& machine, Search& search,
                                                                 const std::filesystem::path& prefix,
                                                                 const std::filesystem::path& interpreter);

/// The version of the install's Python, without starting it.
[[nodiscard]] Facts python(Search& search, const model::Install& install);

}  // namespace envguard::detect
