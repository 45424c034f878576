#pragma once

#include <string>
#include <vector>

#include "detect/mounts.hpp"
#include "model/container.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// "nvidia0", "nvidiactl", "nvidia-uvm", "dxg": what a program needs of /dev to reach an NVIDIA GPU, and is there.
[[nodiscard]] std::vector<std::string> gpu_device_files(const model::Machine& machine);

/// How the container was given a GPU: fills in the route, what was asked for, and the driver's libraries that are
/// mounted into it. `container.device_files` is there already.
[[nodiscard]] model::Container with_gpu_route(model::Container container, const model::Machine& machine,
                                              const std::vector<Mount>& mounts);

/// "NVIDIA PyTorch 26.07", by the variables that NVIDIA's images set; empty for any other.
[[nodiscard]] std::string nvidia_image(const model::Machine& machine);

/// The variables that move numerics and that NVIDIA's PyTorch images set, where they stand at the image's value.
[[nodiscard]] std::vector<std::string> preset_by_nvidia(const model::Machine& machine);

}  // namespace envguard::detect
