#pragma once

#include <vector>

#include "detect/cuda.hpp"
#include "detect/libraries.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// cuDNN's sub-libraries would load from elsewhere than the front library that opens them.
[[nodiscard]] std::vector<model::Finding> stray_cudnn(const Listing& listing);

/// CUDA libraries that would load from elsewhere although the install brings its own.
[[nodiscard]] std::vector<model::Finding> second_cuda(const model::Install& install, const Listing& listing);

/// Shared libraries whose size is not the wheel's RECORD, or that are gone; and two wheels that list one file.
[[nodiscard]] std::vector<model::Finding> not_as_recorded(const std::vector<RecordedLibrary>& recorded);

/// libtorch.so itself is not there, or cannot be opened for want of a library.
[[nodiscard]] std::vector<model::Finding> unusable(const model::Install& install, const Listing& listing);

}  // namespace envguard::detect
