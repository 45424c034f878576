#pragma once

#include <string>
#include <vector>

#include "detect/libraries.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// The variables of recipe/knobs.hpp that are set, sorted by name, each as a lock records it:
/// - a variable that names a file: the file's name and content (build id, else XXH3-128);
/// - LD_LIBRARY_PATH and LD_PRELOAD: the files that load through them, each as "libcudnn_ops.so.9@8fa833c4b713"; an
///   LD_LIBRARY_PATH through which nothing loads is left out;
/// - every other variable: its value, or the hash of a value that may not stand in a lock.
/// `recipe::may_be_recorded` accepts each of them except those that choose a device, which go into no lock.
[[nodiscard]] std::vector<model::Knob> knobs(const model::Machine& machine, const Listing* listing);

}  // namespace envguard::detect
