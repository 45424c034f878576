#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/machine.hpp"

namespace envguard::trust {

/// A file or folder, and the variable that names it.
struct Named {
  std::string variable;
  std::filesystem::path path;
};

/// Existing files that these variables may make a program open as libraries: LD_PRELOAD, LD_AUDIT, the profilers,
/// injections and plugins of Intel, NVIDIA and OpenMP, whatever such a file looks like, and of every other variable
/// what could be a library. A bare name is also looked for in the folders of LD_LIBRARY_PATH, as the dynamic linker
/// does. Relative entries start at `directory`.
[[nodiscard]] std::vector<Named> libraries_named(const model::EnvironmentMap& environment,
                                                 const std::filesystem::path& directory,
                                                 const std::vector<std::filesystem::path>& origins);

/// The folders of LD_LIBRARY_PATH, and of the variables by which glibc, OpenSSL and UCX find modules, absolute, with
/// each meaning that $ORIGIN (one of `origins`), $LIB and $PLATFORM can have.
[[nodiscard]] std::vector<Named> library_folders(const model::EnvironmentMap& environment,
                                                 const std::filesystem::path& directory,
                                                 const std::vector<std::filesystem::path>& origins);

/// An entry of a search path with each meaning that its tokens can have; the dynamic linker takes one of them.
[[nodiscard]] std::vector<std::filesystem::path> meanings(const std::string& entry,
                                                          const std::vector<std::filesystem::path>& origins);

/// The folder itself and those below it in which glibc looks first on some CPUs: glibc-hwcaps/*, and before glibc 2.37
/// tls, x86_64, haswell, avx512_1 and xeon_phi, one in the other.
[[nodiscard]] std::vector<std::filesystem::path> with_cpu_folders(const std::filesystem::path& folder);

}  // namespace envguard::trust
