#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace envguard::model {

/// How a value was come by: "torch/version.py", "METADATA of nvidia_cudnn_cu13", "cpuid".
using Origin = std::string;

/// One of CUDA's libraries as this PyTorch would load it.
struct CudaLibrary {
  std::string component;       ///< "cudart", "cublas", "cudnn", "cudnn_graph", "nccl", "nvrtc", "nvjitlink" …
  std::string version;         ///< empty: the file and its package do not tell
  Origin origin;               ///< of the version
  std::filesystem::path path;  ///< canonical
  std::string build_id;
};

/// What the kernel says of the NVIDIA driver, without opening a library.
struct KernelDriver {
  std::string version;                ///< "580.65.06"
  bool open = false;                  ///< the open kernel modules
  std::vector<std::string> gpus;      ///< "NVIDIA H200 at 0000:1b:00.0", of /proc/driver/nvidia/gpus
  std::vector<std::string> excluded;  ///< of those, the ones that the driver was told to leave alone
  std::string branch{};               ///< "580, production until 2026-08"; empty: not a known one
};

/// A GPU of NVIDIA's on the PCI bus, whether there is a driver for it or not.
struct PciGpu {
  std::string place;   ///< "0000:01:00.0"
  std::string driver;  ///< the kernel driver that has it: "nouveau", "vfio-pci"; empty: none
  friend bool operator==(const PciGpu&, const PciGpu&) = default;
};

}  // namespace envguard::model
