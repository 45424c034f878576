#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

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
using Maybe = std::optional<Finding>;

constexpr std::size_t domain_digits = 4;  ///< more of them in NVML's "00000000:1B:00.0" than in the kernel's

Maybe other_name(const model::Gpu& gpu) {
  const bool same = gpu.nvml_name == gpu.key.gpu || gpu.nvml_name == model::whole_name(gpu.key);
  if (gpu.nvml_name.empty() || same) return std::nullopt;
  return cite(
      "nvml-names",
      {Severity::note, "gpu-names-differ",
       fmt::format("{} is \"{}\" to NVML; the lock takes libcuda's name.", named(gpu), base::visible(gpu.nvml_name)),
       base::visible(gpu.pci_id), "# see whether both libraries are the driver's: LD_LIBRARY_PATH, LD_PRELOAD"});
}

Maybe ecc(const model::Gpu& gpu) {
  if (!gpu.ecc_errors) return std::nullopt;
  const auto now = gpu.ecc_errors->uncorrected;
  const auto ever = gpu.ecc_errors->lifetime_uncorrected;
  if (now == 0 && ever == 0) return std::nullopt;
  if (now == 0)
    return cite("ecc-uncorrected",
                {Severity::note, "ecc-errors-in-the-past",
                 fmt::format("{} has had {} uncorrectable ECC error{} in its life, none since the driver was loaded.",
                             named(gpu), ever, ever == 1 ? "" : "s"),
                 base::visible(gpu.pci_id), "nvidia-smi -q -d ECC,PAGE_RETIREMENT,ROW_REMAPPER"});
  return cite("ecc-uncorrected",
              {Severity::warning, "ecc-errors",
               fmt::format("{} has had {} uncorrectable ECC error{} since the driver was loaded: what it computed then "
                           "may be wrong.",
                           named(gpu), now, now == 1 ? "" : "s"),
               base::visible(gpu.pci_id), "nvidia-smi -q -d ECC,PAGE_RETIREMENT,ROW_REMAPPER"});
}

Maybe compute_mode(const model::Gpu& gpu) {
  if (gpu.compute_mode != "prohibited") return std::nullopt;
  return cite(
      "compute-mode",
      {Severity::error, "compute-mode-prohibited",
       fmt::format("{} is in compute mode \"prohibited\": no process can compute on it.", named(gpu)),
       base::visible(gpu.pci_id), fmt::format("sudo nvidia-smi -i {} -c DEFAULT", base::shell_quote(gpu.pci_id))});
}

Maybe fabric(const model::Gpu& gpu) {
  if (gpu.fabric != "in-progress" && gpu.fabric != "not-started" && gpu.fabric != "failed") return std::nullopt;
  return cite("system-not-ready",
              {Severity::warning, "fabric-not-ready",
               fmt::format("{} has not joined the NVLink fabric ({}).", named(gpu), base::visible(gpu.fabric)),
               base::visible(gpu.pci_id), "systemctl status nvidia-fabricmanager"});
}

Maybe vgpu(const model::Gpu& gpu) {
  if (gpu.virtualization != "vgpu") return std::nullopt;
  return cite("vgpu-licence", {Severity::note, "vgpu",
                               fmt::format("{} is a vGPU: a share of a GPU, whose speed depends on its neighbours and "
                                           "on a licence.",
                                           named(gpu)),
                               base::visible(gpu.pci_id), "nvidia-smi -q | grep -i licen"});
}

std::string place(const model::HiddenGpu& gpu) {
  return base::visible(gpu.pci_id.empty() ? gpu.uuid : gpu.pci_id);
}

std::string called(const model::HiddenGpu& gpu) {
  if (gpu.name.empty()) return gpu.pci_id.empty() ? "A GPU" : "The GPU at " + place(gpu);
  return base::visible(gpu.name) + (gpu.pci_id.empty() ? "" : " at " + place(gpu));
}

/// One that NVML calls lost, or has but an unknown error of.
Maybe silent_one(const model::HiddenGpu& gpu, bool none_left) {
  const bool lost = gpu.answer == DriverAnswer::lost;
  if (!lost && gpu.answer != DriverAnswer::failed) return std::nullopt;
  Finding finding{
      Severity::error, lost ? "gpu-lost" : "gpu-does-not-answer",
      fmt::format("{} does not answer{} ({}){}.", called(gpu), lost ? " any more" : "", base::visible(gpu.why),
                  none_left ? "; torch.cuda.is_available() is false" : ""),
      place(gpu),
      fmt::format("# read the Xid lines of `sudo dmesg`; if nobody else uses it: sudo nvidia-smi --gpu-reset -i {}; "
                  "otherwise drain the machine and reboot",
                  gpu.pci_id.empty() ? "<its PCI id>" : base::shell_quote(gpu.pci_id))};
  return lost ? cite("gpu-lost", std::move(finding)) : cite("gpu-unknown-error", std::move(finding));
}

/// The kernel's GPUs that no library names, each "NVIDIA H200 at 0000:1b:00.0": where one alone does not say what it
/// is, it is this one.
std::vector<std::string> unnamed(const model::Observed& observed) {
  if (!observed.kernel_driver) return {};
  auto gpus = observed.kernel_driver->gpus;
  // NVML writes the domain with eight digits and in capitals.
  const auto stands_at = [](const std::string& gpu, std::string pci_id) {
    std::ranges::transform(pci_id, pci_id.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return pci_id.size() > domain_digits && gpu.ends_with(pci_id.substr(domain_digits));
  };
  for (const model::Gpu& known : observed.devices->gpus)
    std::erase_if(gpus, [&](const std::string& gpu) { return stands_at(gpu, known.pci_id); });
  for (const model::HiddenGpu& known : observed.devices->hidden)
    std::erase_if(gpus, [&](const std::string& gpu) { return stands_at(gpu, known.pci_id); });
  for (const std::string& excluded : observed.kernel_driver->excluded) std::erase(gpus, excluded);
  return gpus;
}

/// The same GPU with the name and place that the kernel has of it.
model::HiddenGpu completed(model::HiddenGpu gpu, const std::vector<std::string>& unnamed) {
  if (!gpu.pci_id.empty() || !gpu.uuid.empty() || unnamed.size() != 1) return gpu;
  const std::string& text = unnamed.front();
  const auto at = text.rfind(" at ");
  if (at == std::string::npos) return gpu;
  gpu.name = text.substr(0, at);
  gpu.pci_id = text.substr(at + 4);
  return gpu;
}

Maybe without_instance(const model::HiddenGpu& gpu, bool none_left) {
  if (!gpu.mig) return std::nullopt;
  return cite("mig-instance",
              {none_left ? Severity::error : Severity::warning, "mig-without-instance",
               fmt::format("{} is in MIG mode and has no instance: nothing can compute on it{}.", called(gpu),
                           none_left ? ", and torch.cuda.is_available() is false" : ""),
               place(gpu),
               "# list the profiles with `nvidia-smi mig -lgip`, make one with `sudo nvidia-smi mig -cgi "
               "<profile> -C`, or leave MIG mode: sudo nvidia-smi -mig 0"});
}

Maybe mig_mode_alone(const model::Gpu& gpu) {
  if (!gpu.mig.value_or(false) || !gpu.key.mig_profile.empty()) return std::nullopt;
  return without_instance({gpu.uuid, gpu.key.gpu, gpu.pci_id, {}, true}, false);
}

}  // namespace

Findings gpus(const model::Observed& observed) {
  Findings found;
  if (!observed.devices) return found;
  const auto add = [&](Maybe finding) {
    if (finding) found.push_back(*std::move(finding));
  };
  for (const model::Gpu& gpu : observed.devices->gpus)
    for (auto* judge : {other_name, ecc, compute_mode, fabric, vgpu, mig_mode_alone}) add(judge(gpu));
  const bool none_left = observed.devices->gpus.empty();
  const auto silent = unnamed(observed);
  for (const model::HiddenGpu& gpu : observed.devices->hidden) {
    add(silent_one(completed(gpu, silent), none_left));
    add(without_instance(gpu, none_left));
  }
  return found;
}

}  // namespace envguard::diagnosis
