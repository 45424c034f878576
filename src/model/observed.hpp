#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/container.hpp"
#include "model/finding.hpp"
#include "model/gpu.hpp"
#include "model/key.hpp"
#include "model/nvidia.hpp"

namespace envguard::model {

/// One PyTorch on disk. Nothing of it has been opened.
struct Install {
  enum class Kind { site_packages, libtorch };
  Kind kind = Kind::site_packages;
  std::filesystem::path root;     ///< the `torch` package folder, or the LibTorch folder
  std::filesystem::path library;  ///< the folder that holds libtorch.so
  std::filesystem::path prefix;   ///< venv, conda or pixi prefix; the LibTorch folder itself
  std::string rule;     ///< the rule of discovery that chose it: "--torch", "ENVGUARD_TORCH", ".venv beside uv.lock"
  std::string version;  ///< "2.11.0+cu130", from torch/version.py or build-version
};

/// What led discovery to an install. Trust is asked accordingly.
enum class FoundBy {
  machine,  ///< an option, a variable, PATH or the system: somebody on this machine chose it
  policy,   ///< `python` of the repository's policy
  project   ///< it lies beside the project's files, where discovery looked for one: nobody named it
};

/// A version that was read, never guessed. The name is the lock's: torch, torch-git, cuda, cudnn, nccl, cublas, nvrtc,
/// cufft, curand, cusolver, cusparse, cusparselt, nvjitlink, triton, glibc, python, driver, kernel, and installed
/// distributions under their PyPI name (numpy, torchvision, flash-attn …).
struct Component {
  std::string name;
  std::string version;
  Origin origin;
  friend bool operator==(const Component&, const Component&) = default;
};

/// A value that was looked for and not there: what, and where envguard looked.
struct Absence {
  std::string name;
  std::string looked_in;
};

/// A variable known to move numerics. `value` is what a lock records: of a path its file name and build id alone.
struct Knob {
  std::string name;
  std::string value;
  friend bool operator==(const Knob&, const Knob&) = default;
};

/// A library that would load, or did. Of a library outside the install, how it won is in `why`.
struct Library {
  std::string name;  ///< SONAME as requested: "libcudnn.so.9"
  std::filesystem::path path;
  std::string build_id;
  friend bool operator==(const Library&, const Library&) = default;
};

/// A file of the discovery that was read, or looked for and absent: the manifest rests on both.
struct Sighting {
  std::filesystem::path path;
  bool present = false;
};

/// Where the values of `Observed` that have one source on every Linux come from.
inline constexpr std::string_view cpu_origin = "/proc/cpuinfo";
inline constexpr std::string_view caches_origin = "/sys/devices/system/cpu/cpu0/cache";
inline constexpr std::string_view container_origin =
    "variables, /.dockerenv and its like, /proc/self/mountinfo and cgroup";

/// Everything known about this machine without opening PyTorch.
struct Observed {
  std::optional<Install> install;
  std::vector<Component> components;  ///< in the lock's order of names
  std::vector<Absence> absent;
  std::vector<std::pair<std::string, std::string>>
      build;                                ///< of torch: cuda-architectures, debug, abi …; the lock's [build]
  std::vector<Knob> knobs;                  ///< only those set; sorted by name
  std::vector<Library> libraries;           ///< what would load, asked of the dynamic linker
  std::vector<CudaLibrary> cuda_libraries;  ///< those of them that are CUDA's, with versions
  std::vector<Component>
      toolkits;  ///< which PyTorch does not load: "PATH, CUDA_HOME", nvcc's "12.8.93", where it stands
  CpuKey cpu;
  std::vector<std::pair<std::string, std::string>> caches;  ///< "l1d" -> "32 KiB" …; oneDNN and MKL block by them
  std::optional<KernelDriver> kernel_driver;
  std::vector<PciGpu> pci_gpus;    ///< looked for where NVIDIA's kernel driver is not loaded
  bool wsl = false;                ///< Windows' subsystem for Linux, where the driver is Windows' own
  std::optional<Devices> devices;  ///< what driver and GPUs answered; nothing: they were not asked
  std::optional<GpuKey> gpu;       ///< of the device asked for; read by the engine
  Container container;
  std::vector<Finding> findings;
  std::vector<std::string> passed_over;  ///< candidates of the discovery without a torch: "VIRTUAL_ENV=/x: no torch"
  std::vector<Sighting> sightings;
  std::vector<std::string> recent_transients;  ///< ids of probes that flipped on this machine in the last 30 days

  [[nodiscard]] const Component* component(std::string_view name) const;
};

}  // namespace envguard::model
