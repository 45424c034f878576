#pragma once

#include <optional>
#include <vector>

#include "detect/facts.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// The NVIDIA kernel driver's version: /sys/module/nvidia/version, then /proc/driver/nvidia/version. No library is
/// opened.
[[nodiscard]] Facts driver(const model::Machine& machine);

/// The kernel driver with its GPUs, of /sys/module/nvidia and /proc/driver/nvidia; nothing where it is not loaded.
[[nodiscard]] std::optional<model::KernelDriver> kernel_driver(const model::Machine& machine);

/// NVIDIA's GPUs on the PCI bus, of /sys/bus/pci/devices.
[[nodiscard]] std::vector<model::PciGpu> pci_gpus(const model::Machine& machine);

/// Windows' subsystem for Linux, where the GPU's driver is Windows' own: by the kernel's release, or /dev/dxg.
[[nodiscard]] bool wsl(const model::Machine& machine);

}  // namespace envguard::detect
