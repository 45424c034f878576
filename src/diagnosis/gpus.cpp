#include <algorithm>
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
using model::Finding;
using Severity = Finding::Severity;
using Maybe = std::optional<Finding>;

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

Maybe lost_one(const model::HiddenGpu& gpu, bool none_left) {
  if (gpu.answer != DriverAnswer::lost) return std::nullopt;
  return cite("gpu-lost",
              {Severity::error, "gpu-lost",
               fmt::format("{} does not answer any more ({}){}.", called(gpu), base::visible(gpu.why),
                           none_left ? "; torch.cuda.is_available() is false" : ""),
               place(gpu),
               fmt::format("# read the Xid lines of `sudo dmesg`; if nobody else uses it: sudo nvidia-smi --gpu-reset "
                           "-i {}; otherwise drain the machine and reboot",
                           gpu.pci_id.empty() ? "<its PCI id>" : base::shell_quote(gpu.pci_id))});
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
  for (const model::HiddenGpu& gpu : observed.devices->hidden) {
    add(lost_one(gpu, none_left));
    add(without_instance(gpu, none_left));
  }
  return found;
}

}  // namespace envguard::diagnosis
