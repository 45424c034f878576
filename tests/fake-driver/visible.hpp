#pragma once

#include <vector>

#include "description.hpp"

namespace fake {

/// A GPU, or one MIG instance of it, as CUDA shows it.
struct Visible {
  const Gpu* gpu = nullptr;
  const Instance* instance = nullptr;
};

/// What CUDA shows to a process with these variables ("CUDA C++ Programming Guide", CUDA environment variables; "MIG
/// User Guide", CUDA device enumeration): the fastest first unless CUDA_DEVICE_ORDER says PCI_BUS_ID; of
/// CUDA_VISIBLE_DEVICES the entries before the first that names nothing, each an index, the beginning of one UUID, or a
/// MIG instance's UUID; one MIG instance at most, and no whole GPU beside it.
std::vector<Visible> visible();

}  // namespace fake
