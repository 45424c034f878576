#pragma once

#include <string>
#include <vector>

#include "detect/libraries.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// The variables of recipe/knobs.hpp that are set, sorted, as a lock records them: given values as they are; of a path
/// the file's name and what is in it (build id, else XXH3-128); of LD_LIBRARY_PATH and LD_PRELOAD the files that load
/// through them, "libcudnn_ops.so.9@8fa833c4b713" each. An LD_LIBRARY_PATH through which nothing loads is no knob.
[[nodiscard]] std::vector<model::Knob> knobs(const model::Machine& machine, const Listing* listing);

}  // namespace envguard::detect
