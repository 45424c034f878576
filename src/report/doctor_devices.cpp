#include "report/doctor_devices.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/number.hpp"

namespace envguard::report {

namespace {

using model::DriverAnswer;

constexpr std::size_t most_processes = 4;

std::string commas(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// "ECC on", "ECC off"; nothing where it is not known.
void add_switch(std::vector<std::string>& parts, std::string_view name, std::optional<bool> on) {
  if (on) parts.push_back(fmt::format("{} {}", name, *on ? "on" : "off"));
}

std::string memory_and_modes(const model::Gpu& gpu) {
  std::vector<std::string> parts;
  if (gpu.free_bytes && gpu.total_bytes)
    parts.push_back(fmt::format("{} of {} free", base::gibibytes(*gpu.free_bytes), base::gibibytes(*gpu.total_bytes)));
  add_switch(parts, "ECC", gpu.ecc);
  add_switch(parts, "MIG", gpu.mig);
  add_switch(parts, "persistence", gpu.persistence);
  if (!gpu.compute_mode.empty() && gpu.compute_mode != "default") parts.push_back("compute mode " + gpu.compute_mode);
  if (!gpu.virtualization.empty() && gpu.virtualization != "none") parts.push_back(gpu.virtualization);
  if (!gpu.pci_id.empty()) parts.push_back("PCI " + gpu.pci_id);
  return commas(parts);
}

std::string links(const model::Gpu& gpu) {
  std::vector<std::string> parts;
  if (gpu.nvlinks.value_or(0) > 0)
    parts.push_back(fmt::format("{} active {}", *gpu.nvlinks, *gpu.nvlinks == 1 ? "NVLink" : "NVLinks"));
  if (!gpu.fabric.empty() && gpu.fabric != "not-supported") parts.push_back("fabric " + gpu.fabric);
  return commas(parts);
}

std::string ecc_errors(const model::Gpu& gpu) {
  if (!gpu.ecc_errors) return {};
  const auto& errors = *gpu.ecc_errors;
  if (errors == model::EccErrors{}) return {};
  return fmt::format("ECC errors: {} corrected and {} uncorrected since the driver was loaded, {} and {} in its life",
                     errors.corrected, errors.uncorrected, errors.lifetime_corrected, errors.lifetime_uncorrected);
}

std::string processes(const model::Gpu& gpu) {
  std::vector<std::string> users;
  for (const auto& process : gpu.processes)
    users.push_back(fmt::format("{} {}{}", process.name.empty() ? "process" : process.name, process.pid,
                                process.used_bytes == 0 ? "" : " with " + base::gibibytes(process.used_bytes)));
  return users.empty() ? std::string() : "in use by " + listed(users, most_processes);
}

void put_gpu(Page& page, const model::Gpu& gpu) {
  page.row(fmt::format("gpu {}", gpu.index), {model::describe(gpu.key), {" (libcuda)", Tone::faint}});
  for (const auto& more : {memory_and_modes(gpu), links(gpu), ecc_errors(gpu), processes(gpu)})
    if (!more.empty()) page.row("", {more});
  if (!gpu.throttle_reasons.empty()) page.row("", {{"slowed down by " + commas(gpu.throttle_reasons), Tone::warning}});
}

/// A GPU of NVML's. That this process cannot see it is known only where libcuda counted its GPUs.
void put_hidden(Page& page, const model::HiddenGpu& gpu, DriverAnswer cuda) {
  const auto counted = cuda == DriverAnswer::answered || cuda == DriverAnswer::no_device;
  const auto name = gpu.name.empty() ? std::string("a GPU") : gpu.name;
  const auto place = gpu.pci_id.empty() ? std::string() : fmt::format(" at PCI {}", gpu.pci_id);
  auto why = Span{counted ? "not visible to this process" : "known from NVML alone"};
  if (gpu.mig) why = Span{"MIG on and no instance made"};
  if (!gpu.why.empty()) why = Span{gpu.why, Tone::warning};
  page.row("gpu -", {fmt::format("{}{}: ", name, place), why});
}

void put_library(Page& page, std::string_view label, const model::DriverLibrary& library, const std::string& answered) {
  if (library.answer == DriverAnswer::not_asked) return;
  const auto from = library.path.empty() ? std::string() : fmt::format(" ({})", library.path);
  if (library.answer == DriverAnswer::answered)
    page.row(label, {answered, {from, Tone::faint}});
  else
    page.row(label, {{std::string(model::name(library.answer)), Tone::warning}, ": " + library.why});
}

void put_kernel_driver(Page& page, const model::KernelDriver& driver) {
  page.row("module", {fmt::format("NVIDIA's {} kernel module {}", driver.open ? "open" : "proprietary", driver.version),
                      {driver.gpus.empty() ? "" : fmt::format(", which drives {}", commas(driver.gpus)), Tone::faint}});
  if (!driver.branch.empty()) page.row("", {"branch " + driver.branch});
  if (!driver.excluded.empty()) page.row("", {"told to leave alone: " + commas(driver.excluded)});
}

std::string route(const model::Container& container) {
  if (container.gpu_route == "none" && container.kind == "apptainer" && !container.device_files.empty())
    return "started without --nv, with the host's /dev alone";
  if (container.gpu_route == "none") return "no GPU was passed into it";
  if (container.gpu_route == "device-files") return "GPU device files were passed into it by hand";
  return container.gpu_route.empty() ? std::string() : "the GPU came in by " + container.gpu_route;
}

/// Nothing of a driver: no kernel module, no device file, neither of its libraries. A finding says so.
bool has_no_driver(const model::Observed& observed) {
  const auto& devices = *observed.devices;
  return devices.nvml.answer == DriverAnswer::no_library && devices.cuda.answer == DriverAnswer::no_library &&
         !observed.kernel_driver && !observed.wsl && observed.container.device_files.empty();
}

}  // namespace

void put_devices(Page& page, const model::Observed& observed) {
  if (observed.kernel_driver) put_kernel_driver(page, *observed.kernel_driver);
  if (observed.wsl) page.row("platform", {"Windows Subsystem for Linux: the driver is Windows' own"});
  if (!observed.devices || has_no_driver(observed)) return;
  const auto& devices = *observed.devices;
  put_library(page, "NVML", devices.nvml, devices.driver.empty() ? "answered" : "driver " + devices.driver);
  put_library(page, "libcuda", devices.cuda,
              devices.cuda_version.empty() ? "answered" : "CUDA up to " + devices.cuda_version);
  for (const auto& gpu : devices.gpus) put_gpu(page, gpu);
  for (const auto& gpu : devices.hidden) put_hidden(page, gpu, devices.cuda.answer);
}

void put_container(Page& page, const model::Container& container) {
  if (!container.any()) {
    page.row("container", {"none ", {fmt::format("({})", model::container_origin), Tone::faint}});
    return;
  }
  auto kind = container.kind;
  if (!container.within.empty()) kind += fmt::format(", within {}", commas(container.within));
  if (!container.image.empty()) kind += fmt::format(", image {}", container.image);
  page.row("container", {kind});
  std::vector<std::string> parts;
  if (const auto way = route(container); !way.empty()) parts.push_back(way);
  if (!container.visible_devices.empty())
    parts.push_back("NVIDIA_VISIBLE_DEVICES=" + fmt::format("{}", fmt::join(container.visible_devices, ",")));
  if (!container.driver_capabilities.empty())
    parts.push_back("NVIDIA_DRIVER_CAPABILITIES=" + fmt::format("{}", fmt::join(container.driver_capabilities, ",")));
  if (!parts.empty()) page.row("", {fmt::format("{}", fmt::join(parts, "; "))});
  if (!container.device_files.empty()) page.row("", {"device files: " + commas(container.device_files)});
  if (!container.driver_libraries.empty()) page.row("", {"from outside: " + commas(container.driver_libraries)});
}

}  // namespace envguard::report
