#pragma once

#include <string>
#include <vector>

namespace envguard::model {

/// The container that this process runs in, and how it was given a GPU. Read from variables, files and mounts; nothing
/// of it is asked of a daemon.
struct Container {
  std::string kind = "none";        ///< "docker", "podman", "containerd", "kubernetes", "apptainer", "enroot", "lxc" …
  std::vector<std::string> within;  ///< what else is recognised: "kubernetes" around containerd, "devcontainer"
  std::string image;                ///< "NVIDIA PyTorch 26.02", where the image says so
  std::vector<std::string> preset_knobs;  ///< of Observed::knobs, those that the image is known to set, at its value
  /// How the GPU came in: "cdi", "nvidia-container-toolkit" (its legacy hook), "apptainer --nv", "device-files" (passed
  /// by hand), "wsl"; "none": not at all; empty: no container.
  std::string gpu_route;
  std::vector<std::string> visible_devices;      ///< NVIDIA_VISIBLE_DEVICES, split; empty: not set
  std::vector<std::string> driver_capabilities;  ///< NVIDIA_DRIVER_CAPABILITIES, split; empty: not set
  std::vector<std::string> device_files;         ///< "nvidia0", "nvidiactl", "nvidia-uvm" …: those present in /dev
  std::vector<std::string> driver_libraries;     ///< "libcuda.so.1", "libnvidia-ml.so.1": those mounted from outside
  friend bool operator==(const Container&, const Container&) = default;

  [[nodiscard]] bool any() const { return kind != "none"; }
};

}  // namespace envguard::model
