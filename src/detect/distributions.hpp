#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/facts.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

/// One installed distribution: NAME-VERSION.dist-info.
struct Distribution {
  std::string name;  ///< normalised (PEP 503): "nvidia-cudnn-cu13"
  std::string version;
  std::filesystem::path folder;  ///< of its metadata
};

/// "NVIDIA_cudnn.cu13" -> "nvidia-cudnn-cu13".
[[nodiscard]] std::string normalised(std::string_view name);

/// What is installed in one site-packages folder, named by the folders of its metadata, sorted by name.
[[nodiscard]] std::vector<Distribution> distributions(Search& search, const std::filesystem::path& packages);

/// The version as METADATA has it; the folder's name may be older where an installer left it behind.
[[nodiscard]] std::optional<std::string> metadata_version(Search& search, const Distribution& distribution);

/// Size in bytes of every shared library that RECORD lists, by its path relative to site-packages.
[[nodiscard]] std::map<std::string, std::uint64_t> recorded_libraries(Search& search, const Distribution& distribution);

/// Versions of what moves numerics where it is installed, and of `also`: distributions that the policy names.
[[nodiscard]] Facts extensions(Search& search, const std::vector<Distribution>& installed,
                               const std::vector<std::string>& also);

}  // namespace envguard::detect
