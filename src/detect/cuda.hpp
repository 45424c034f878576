#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "detect/distributions.hpp"
#include "detect/facts.hpp"
#include "detect/libraries.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

/// A shared library that a wheel's RECORD lists.
struct RecordedLibrary {
  const Distribution* distribution = nullptr;
  std::filesystem::path path;  ///< absolute, canonical folder
  std::uint64_t size = 0;      ///< as recorded, bytes
};

/// The shared libraries of torch, triton and NVIDIA's wheels, as their RECORDs list them.
[[nodiscard]] std::vector<RecordedLibrary> recorded_libraries(Search& search,
                                                              const std::vector<Distribution>& installed);

/// Versions of cuda, cudnn, nccl, cublas and nvrtc: of the files that would load. From the wheel's METADATA where the
/// file is the wheel's or the same build, else from the file itself, else absent. Without a listing from METADATA
/// alone.
[[nodiscard]] Facts cuda(Search& search, const std::vector<Distribution>& installed,
                         const std::vector<RecordedLibrary>& recorded, const Listing* listing,
                         bool built_with_cuda = true);

}  // namespace envguard::detect
