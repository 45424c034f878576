#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "diagnosis/machine.hpp"
#include "diagnosis/subjects.hpp"
#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

namespace {

using knowledge::cite;
using model::DriverAnswer;
using model::Finding;
using Severity = Finding::Severity;

/// Findings after which no more need be said of why there is no GPU.
constexpr std::array<std::string_view, 21> explaining{
    // of detection
    "torch-without-libraries", "torch-does-not-open", "cuda-libraries-missing",
    // of the driver and its answers
    "driver-too-old", "forward-compatibility-refused", "driver-hangs", "driver-crashes", "driver-version-mismatch",
    "gpu-lost", "gpu-does-not-answer", "stub-library", "system-not-ready", "no-permission", "no-uvm-device",
    "container-lost-its-gpus", "driver-fails",
    // of what is visible
    "no-visible-device", "mig-without-instance", "compute-mode-prohibited", "no-kernel-image",
    "forced-ptx-is-not-there"};

bool explains(const Finding& finding) {
  return std::ranges::find(explaining, finding.id) != explaining.end();
}

/// Whether one of detection's findings explains it and is as grave: a note does not stand for an error.
bool outweighed(const Finding& link, const Findings& detected) {
  return std::ranges::any_of(detected,
                             [&](const Finding& each) { return explains(each) && each.severity >= link.severity; });
}

constexpr const char* load_module =
    "# sudo modprobe nvidia; if that fails, see `sudo dmesg`, `dkms status` and `mokutil --sb-state`";

std::optional<Finding> other_build(const model::Observed& observed) {
  if (!has_nvidia(observed)) return std::nullopt;
  const bool rocm = !build_setting(observed, "hip").empty();
  return cite("torch-cuda-build",
              {Severity::warning, rocm ? "torch-for-rocm" : "torch-without-cuda",
               fmt::format("torch {} was built {}, and this machine has an NVIDIA driver: torch.cuda.is_available() is "
                           "false.",
                           torch_version(observed), rocm ? "for ROCm" : "without CUDA"),
               observed.install ? base::visible(observed.install->root.string()) : "",
               fitting_wheel(observed).value_or("# install a PyTorch that was built with CUDA")});
}

/// What libcuda needs at least, in the words of the CUDA that this torch loads: " (580 or newer for CUDA 13.0)".
std::string wanted_driver(const model::Observed& observed) {
  const auto cuda = cuda_of_torch(observed);
  const auto floor = cuda ? knowledge::floor_of(*cuda) : std::nullopt;
  if (!floor) return {};
  return fmt::format(" ({} or newer for CUDA {}.{})", floor->driver.text(), cuda->number(0), cuda->number(1));
}

/// "The NVIDIA GPU at 0000:01:00.0 (kernel driver: nouveau) is", "The NVIDIA GPUs at … are".
std::string on_the_bus(const std::vector<model::PciGpu>& gpus) {
  std::vector<std::string> places;
  for (const model::PciGpu& gpu : gpus)
    places.push_back(base::visible(gpu.place + (gpu.driver.empty() ? "" : " (kernel driver: " + gpu.driver + ")")));
  const bool one = gpus.size() == 1;
  return fmt::format("The NVIDIA {} at {} {}", one ? "GPU" : "GPUs", fmt::join(places, ", "), one ? "is" : "are");
}

/// The machine has a GPU, and what it lacks is the driver, or its kernel module alone.
Finding gpu_without_driver(const model::Observed& observed) {
  const auto& gpus = observed.pci_gpus;
  const auto driven_by = [&](std::string_view name) {
    return std::ranges::all_of(gpus, [&](const model::PciGpu& gpu) { return gpu.driver == name; });
  };
  const bool library = !observed.devices->cuda.path.empty();
  std::string mend = fmt::format("# install NVIDIA's driver{} and reboot", wanted_driver(observed));
  if (driven_by("vfio-pci"))
    mend = "# nothing, where it is for a virtual machine; otherwise give it back to NVIDIA's driver";
  else if (library && !driven_by("nouveau"))
    mend = load_module;
  return cite(
      "torch-asks-libcuda",
      {driven_by("vfio-pci") ? Severity::note
       : library             ? Severity::error
                             : Severity::warning,
       "gpu-without-driver",
       fmt::format("{} not driven by NVIDIA's kernel module, so torch.cuda.is_available() is false.", on_the_bus(gpus)),
       "/sys/bus/pci/devices", std::move(mend)});
}

Finding no_driver(const model::Observed& observed) {
  if (!observed.pci_gpus.empty()) return gpu_without_driver(observed);
  const bool library = !observed.devices->cuda.path.empty();
  return cite("torch-asks-libcuda",
              {Severity::note, "no-nvidia-driver",
               library ? "libcuda.so.1 is here and the driver's kernel module is not loaded, so "
                         "torch.cuda.is_available() is false."
                       : "No NVIDIA driver is here, so torch.cuda.is_available() is false.",
               library ? base::visible(observed.devices->cuda.path) : "/proc/driver/nvidia, libcuda.so.1",
               library ? std::string(load_module)
                       : fmt::format("# nothing without an NVIDIA GPU; with one, install its driver{}",
                                     wanted_driver(observed))});
}

Finding wsl_without_driver() {
  return cite("wsl-driver", {Severity::note, "no-driver-in-wsl",
                             "Windows shows no NVIDIA driver to WSL, so torch.cuda.is_available() is false.",
                             "/usr/lib/wsl/lib", "# update the NVIDIA driver in Windows, then: wsl --shutdown"});
}

Finding no_libcuda(const model::Observed& observed) {
  return cite("torch-asks-libcuda",
              {Severity::error, "no-libcuda",
               fmt::format("The kernel module {} is loaded and libcuda.so.1 is not found, so torch.cuda.is_available() "
                           "is false.",
                           base::visible(observed.kernel_driver->version)),
               "libcuda.so.1",
               "# install the driver's compute libraries in the same version (Debian libcuda1, Ubuntu "
               "libnvidia-compute-*, RHEL nvidia-driver-cuda)"});
}

Finding no_device(const model::Observed& observed) {
  const auto& kernel = observed.kernel_driver;
  if (kernel && !kernel->excluded.empty())
    return cite("torch-asks-libcuda",
                {Severity::warning, "gpu-excluded",
                 fmt::format("The driver was told to leave alone {}, and no other GPU is here: "
                             "torch.cuda.is_available() is false.",
                             base::visible(fmt::format("{}", fmt::join(kernel->excluded, ", ")))),
                 "NVreg_ExcludedGpus", "# take it out of NVreg_ExcludedGpus in /etc/modprobe.d and reload the module"});
  const auto count = observed.devices->hidden.size();
  const Severity severity = count != 0 || (kernel && !kernel->gpus.empty()) ? Severity::error
                            : kernel                                        ? Severity::warning
                                                                            : Severity::note;
  return cite(
      "torch-asks-libcuda",
      {severity, "no-cuda-device",
       count == 0 ? std::string("The driver is loaded and shows no GPU, so torch.cuda.is_available() is false.")
                  : fmt::format("NVML lists {} GPU{} and CUDA shows none of them to this process, so "
                                "torch.cuda.is_available() is false.",
                                count, count == 1 ? "" : "s"),
       "libcuda.so.1",
       count == 0 ? "# see whether `lspci -d 10de:` and `sudo dmesg` know of a GPU"
                  : "# see CUDA_VISIBLE_DEVICES (an empty one hides all), and whether the job was given a GPU"});
}

std::optional<Finding> link_of(const model::Observed& observed) {
  const auto with_cuda = built_with_cuda(observed);
  if (!with_cuda) return std::nullopt;
  if (!*with_cuda) return other_build(observed);
  if (!observed.devices) return std::nullopt;
  const model::Devices& devices = *observed.devices;
  const DriverAnswer answer = devices.cuda.answer;
  if (!devices.gpus.empty() || answer == DriverAnswer::not_asked) return std::nullopt;
  // Without the kernel module cuInit says "no device", and NVML what is the matter.
  const bool absent = answer == DriverAnswer::no_library || answer == DriverAnswer::no_driver ||
                      (answer == DriverAnswer::no_device && devices.nvml.answer == DriverAnswer::no_driver);
  // Of what NVML lists, the host's GPU came in, so the container is not what hides it.
  if (observed.container.any() && (absent || devices.hidden.empty())) return container_without_gpu(observed);
  if (!absent) return no_device(observed);
  if (observed.wsl) return wsl_without_driver();
  return observed.kernel_driver && answer == DriverAnswer::no_library ? no_libcuda(observed) : no_driver(observed);
}

}  // namespace

std::optional<Finding> missing_link(const model::Observed& observed, const Findings& said) {
  if (!observed.install || std::ranges::any_of(said, explains)) return std::nullopt;
  auto link = link_of(observed);
  return link && !outweighed(*link, observed.findings) ? link : std::nullopt;
}

}  // namespace envguard::diagnosis
