#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/text.hpp"
#include "diagnosis/machine.hpp"
#include "diagnosis/subjects.hpp"
#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

namespace {

using knowledge::cite;
using model::DriverAnswer;
using Severity = model::Finding::Severity;

/// The failures that are told here, the most telling first; absent drivers, libraries and devices are a link of the
/// chain in availability.cpp.
constexpr std::array told{DriverAnswer::hung,          DriverAnswer::crashed, DriverAnswer::version_mismatch,
                          DriverAnswer::lost,          DriverAnswer::stub,    DriverAnswer::not_ready,
                          DriverAnswer::no_permission, DriverAnswer::failed};

/// One library's failure, with what every finding about it says.
struct Failure {
  const model::Observed& observed;
  const model::DriverLibrary& library;
  Severity severity;
  std::string consequence;  ///< for PyTorch: "; torch.cuda.is_available() is false", or nothing

  [[nodiscard]] model::Finding finding(std::string id, const std::string& what, std::string mend) const {
    return {severity, std::move(id), what + consequence + ".", base::visible(library.path), std::move(mend)};
  }
  [[nodiscard]] std::string why() const { return base::visible(library.why); }
  /// The call that was under way: "nvmlInit_v2 of libnvidia-ml.so.1".
  [[nodiscard]] std::string asking() const {
    return observed.devices->asking.empty() ? "a call" : base::visible(observed.devices->asking);
  }
};

/// PyTorch asks libcuda alone, so a failure of NVML says nothing of it.
std::string consequence(const model::Devices& devices, bool works) {
  if (works) return {};
  switch (devices.cuda.answer) {
    case DriverAnswer::not_asked:
      return "; libcuda was not asked after that";
    case DriverAnswer::hung:
      return "; torch.cuda.is_available() would wait for it as well";
    case DriverAnswer::crashed:
      return "; torch.cuda.is_available() would die of it as well";
    default:
      return "; torch.cuda.is_available() is false";
  }
}

model::Finding hung(const Failure& failure) {
  return cite(
      "driver-answers",
      failure.finding("driver-hangs", fmt::format("The driver did not answer {} within the deadline", failure.asking()),
                      "# look for Xid and NVRM lines in `sudo dmesg`; a process in D state ends only with a "
                      "reset of the GPU or of the machine"));
}

model::Finding crashed(const Failure& failure) {
  // "SIGABRT: cuInit of libcuda.so.1", whose end is what was asked.
  const std::string how = failure.why().substr(0, failure.why().find(": "));
  return cite("driver-answers",
              failure.finding(
                  "driver-crashes",
                  fmt::format("The process that asked {} died{}{}", failure.asking(), how.empty() ? "" : " of ", how),
                  "# see whether nvidia-smi dies as well; install the driver again if it does"));
}

model::Finding mismatch(const Failure& failure) {
  const auto kernel = driver_of(failure.observed);
  const std::string module = kernel ? fmt::format("The loaded kernel module is {}", kernel->text())
                                    : std::string("The loaded kernel module is of another version");
  const std::string library = version_in_name(failure.library.path);
  const bool differs = !library.empty() && kernel && kernel->text() != library;
  return cite("driver-one-version",
              failure.finding("driver-version-mismatch",
                              fmt::format("{}, and the driver's library {} ({})", module,
                                          differs ? "is " + library : "does not fit it", failure.why()),
                              failure.observed.container.any()
                                  ? "# restart this container: the host's driver was updated under it"
                                  : "# reboot, or end what uses the GPU and reload the nvidia modules"));
}

model::Finding lost(const Failure& failure) {
  return cite("gpu-lost",
              failure.finding("gpu-lost", fmt::format("A GPU does not answer any more ({})", failure.why()),
                              "# read the Xid lines of `sudo dmesg`; if nobody else uses it: sudo nvidia-smi "
                              "--gpu-reset -i <its PCI id>; otherwise drain the machine and reboot"));
}

model::Finding stub(const Failure& failure) {
  return cite("stub-library", failure.finding("stub-library",
                                              fmt::format("The libcuda that loads is the toolkit's stub, which is for "
                                                          "linking alone ({})",
                                                          failure.why()),
                                              "# take the folder named stubs out of LD_LIBRARY_PATH"));
}

model::Finding not_ready(const Failure& failure) {
  const auto says = [&](std::string_view word) { return failure.library.why.find(word) != std::string::npos; };
  const auto is_vgpu = [](const model::Gpu& gpu) { return gpu.virtualization == "vgpu"; };
  std::string mend = "systemctl status nvidia-fabricmanager";
  if (says("MPS") || says("mps"))
    mend = "echo get_server_list | nvidia-cuda-mps-control";
  else if (says("icens") || says("LICENS") || std::ranges::any_of(failure.observed.devices->gpus, is_vgpu))
    mend = "nvidia-smi -q | grep -i licen";
  return cite("system-not-ready",
              failure.finding("system-not-ready", fmt::format("The system is not ready for CUDA ({})", failure.why()),
                              std::move(mend)));
}

model::Finding no_permission(const Failure& failure) {
  return cite(
      "device-files",
      failure.finding("no-permission", fmt::format("This process may not use the GPUs ({})", failure.why()),
                      failure.observed.container.any()
                          ? "# restart this container: a reload of systemd on the host takes its devices away; "
                            "if that does not help, see the modes of /dev/nvidia*"
                          : "# see `ls -l /dev/nvidia*` and `id`; within a Slurm job, ask for one: --gres=gpu:1"));
}

/// Whether not even NVML gets at its device file, though that is there.
bool lost_device_files(const model::Observed& observed) {
  const model::DriverLibrary& nvml = observed.devices->nvml;
  return observed.container.any() && observed.devices->cuda.answer != DriverAnswer::answered &&
         nvml.answer == DriverAnswer::failed && nvml.why.starts_with("nvmlInit");
}

/// Whether libcuda alone fails, as it does after a suspend.
bool cuda_alone_unknown(const model::Devices& devices) {
  return devices.nvml.answer == DriverAnswer::answered && devices.cuda.answer == DriverAnswer::failed &&
         devices.cuda.why.find("CUDA_ERROR_UNKNOWN") != std::string::npos;
}

model::Finding failed(const Failure& failure) {
  const auto& files = failure.observed.container.device_files;
  const auto has = [&](std::string_view name) { return std::ranges::find(files, name) != files.end(); };
  if (has("nvidiactl") && !has("nvidia-uvm"))
    return cite("device-files",
                failure.finding("no-uvm-device",
                                fmt::format("/dev/nvidia-uvm is not here, and CUDA does not start "
                                            "without it ({})",
                                            failure.why()),
                                "# on the host: sudo nvidia-modprobe -u -c=0; then start the container again"));
  if (lost_device_files(failure.observed))
    return cite("device-files",
                failure.finding("container-lost-its-gpus",
                                fmt::format("NVML and libcuda fail in this container ({}), as when the host has "
                                            "taken its GPUs away",
                                            failure.why()),
                                "# see whether nvidia-smi works on the host; if so, restart this container: a reload "
                                "of systemd there takes devices away, and passing GPUs by CDI prevents that"));
  const std::string what = fmt::format("The driver fails ({})", failure.why());
  if (has("nvidia-uvm") && cuda_alone_unknown(*failure.observed.devices))
    return cite("uvm-after-suspend",
                failure.finding("driver-fails", what,
                                fmt::format("# {}if the machine was suspended: sudo modprobe -r nvidia_uvm && sudo "
                                            "modprobe nvidia_uvm; otherwise see what nvidia-smi and `sudo dmesg` say",
                                            failure.observed.container.any() ? "on the host, " : "")));
  return cite("driver-answers", failure.finding("driver-fails", what, "# see what nvidia-smi and `sudo dmesg` say"));
}

model::Finding tell(const Failure& failure) {
  switch (failure.library.answer) {
    case DriverAnswer::hung:
      return hung(failure);
    case DriverAnswer::crashed:
      return crashed(failure);
    case DriverAnswer::version_mismatch:
      return mismatch(failure);
    case DriverAnswer::lost:
      return lost(failure);
    case DriverAnswer::stub:
      return stub(failure);
    case DriverAnswer::not_ready:
      return not_ready(failure);
    case DriverAnswer::no_permission:
      return no_permission(failure);
    default:
      return failed(failure);
  }
}

/// Whether another finding says it better: each lost GPU by name, a compat package that is refused, NVML itself.
bool told_elsewhere(const model::Observed& observed, const model::DriverLibrary& library) {
  const model::Devices& devices = *observed.devices;
  const auto is_vague = [](DriverAnswer answer) {
    return answer == DriverAnswer::lost || answer == DriverAnswer::failed;
  };
  if (is_vague(library.answer) && std::ranges::any_of(devices.hidden, is_vague, &model::HiddenGpu::answer)) return true;
  return &library == &devices.cuda && attempted_compat(devices) &&
         (refused_compat(observed) || devices.nvml.answer == DriverAnswer::version_mismatch);
}

Findings without_nvml(const model::Devices& devices) {
  const bool gone = devices.nvml.answer == DriverAnswer::no_library || devices.nvml.answer == DriverAnswer::no_driver;
  if (!gone || devices.gpus.empty()) return {};
  return {cite("nvml-utility",
               {Severity::note, "no-nvml",
                fmt::format("CUDA works, and NVML does not ({}): no free memory, ECC errors or processes are known.",
                            base::visible(devices.nvml.why)),
                base::visible(devices.nvml.path),
                "# in a container, add utility to NVIDIA_DRIVER_CAPABILITIES (compute,utility)"})};
}

}  // namespace

Findings answers(const model::Observed& observed) {
  if (!observed.devices) return {};
  const model::Devices& devices = *observed.devices;
  const bool works = devices.cuda.answer == DriverAnswer::answered && !devices.gpus.empty();
  for (const DriverAnswer answer : told) {
    for (const model::DriverLibrary* library : {&devices.cuda, &devices.nvml}) {
      if (library->answer != answer || told_elsewhere(observed, *library)) continue;
      return {tell({observed, *library, works ? Severity::warning : Severity::error, consequence(devices, works)})};
    }
  }
  return without_nvml(devices);
}

}  // namespace envguard::diagnosis
