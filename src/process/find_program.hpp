#pragma once

#include <filesystem>
#include <string>

#include "model/machine.hpp"

namespace envguard::process {

/// The program that a name stands for: itself where it holds a '/', else the first executable of that name on PATH of
/// `environment`; empty where there is none. Entries of PATH that are relative, or that lie in the work tree in which
/// `directory` lies, do not count: the repository could bring a program of that name along.
[[nodiscard]] std::string find_program(const std::string& name, const model::EnvironmentMap& environment,
                                       const std::filesystem::path& directory);

}  // namespace envguard::process
