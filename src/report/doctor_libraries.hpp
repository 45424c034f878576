#pragma once

#include "model/observed.hpp"
#include "report/page.hpp"

namespace envguard::report {

/// The rows of CUDA's libraries as this PyTorch would load them, and of toolkits, which it does not load.
void put_cuda_libraries(Page& page, const model::Observed& observed);

/// The rows of which folders would be loaded from; the install's own count together.
void put_libraries(Page& page, const model::Observed& observed);

}  // namespace envguard::report
