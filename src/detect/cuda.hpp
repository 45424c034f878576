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

/// Those of the listing that are CUDA's, in its order. The version is of METADATA where the file is a wheel's or the
/// same build as a wheel's, else of the file itself, else empty.
[[nodiscard]] std::vector<model::CudaLibrary> cuda_libraries(Search& search,
                                                             const std::vector<RecordedLibrary>& recorded,
                                                             const Listing& listing);

/// The versions that a lock records: of the libraries that would load; without a listing, of METADATA alone. What every
/// PyTorch with CUDA loads is there or absent; of the others only what is there.
[[nodiscard]] Facts cuda(Search& search, const std::vector<Distribution>& installed,
                         const std::vector<model::CudaLibrary>& libraries, const Listing* listing,
                         bool built_with_cuda = true);

}  // namespace envguard::detect
