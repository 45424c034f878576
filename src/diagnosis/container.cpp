#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "diagnosis/subjects.hpp"
#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

namespace {

using knowledge::cite;
using Severity = model::Finding::Severity;

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// How a container of this kind is given a GPU; looked up from the outermost to the innermost.
struct Way {
  std::string_view kind, words;
};
constexpr std::array<Way, 10> ways{{
    {"kubernetes", "# in the pod's container: resources: {limits: {nvidia.com/gpu: 1}}"},
    {"devcontainer", R"(# in devcontainer.json: "hostRequirements": {"gpu": true}, "runArgs": ["--gpus", "all"])"},
    {"docker",
     "# docker run --gpus all …; compose: deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, "
     "capabilities: [gpu]}]}}}"},
    {"podman", "# podman run --device nvidia.com/gpu=all …"},
    {"apptainer", "# apptainer exec --nv …"},
    {"singularity", "# singularity exec --nv …"},
    {"enroot", "# enroot start --env NVIDIA_VISIBLE_DEVICES=all --env NVIDIA_DRIVER_CAPABILITIES=compute,utility …"},
    {"lxc", "# lxc config device add <container> gpu gpu; lxc config set <container> nvidia.runtime true"},
    {"containerd", "# nerdctl run --gpus all …, or ctr run --gpus 0 …"},
    {"wsl", "# update the NVIDIA driver in Windows, then: wsl --shutdown"},
}};

std::string way_in(const model::Container& container) {
  for (const Way& way : ways)
    if (container.kind == way.kind || has(container.within, way.kind)) return std::string(way.words);
  return "# start the container with the NVIDIA Container Toolkit, or pass nvidia.com/gpu=all by CDI";
}

std::string kind_of(const model::Container& container) {
  return base::visible(has(container.within, "kubernetes") ? "kubernetes" : container.kind);
}

bool asked_for_none(const model::Container& container) {
  return has(container.visible_devices, "void") || has(container.visible_devices, "none");
}

/// A GPU's own device file: "nvidia0". WSL's is dxg.
bool has_gpu_file(const model::Container& container) {
  return std::ranges::any_of(container.device_files, [](std::string_view file) {
    return file == "dxg" ||
           (file.size() > 6 && file.starts_with("nvidia") && file.find_first_not_of("0123456789", 6) == file.npos);
  });
}

/// The toolkit mounts "libcuda.so.580.65.06", CDI that or "libcuda.so.1"; a container that is a whole system (LXC) has
/// one installed.
bool has_libcuda(const model::Observed& observed) {
  return !observed.devices->cuda.path.empty() ||
         std::ranges::any_of(observed.container.driver_libraries,
                             [](std::string_view name) { return name.starts_with("libcuda.so"); });
}

}  // namespace

model::Finding container_without_gpu(const model::Observed& observed) {
  const model::Container& container = observed.container;
  // The host's module shows in a container; without it nobody knows whether the host has a GPU.
  const Severity severity = observed.kernel_driver ? Severity::warning : Severity::note;
  const std::string consequence = "so torch.cuda.is_available() is false";
  const auto& capabilities = container.driver_capabilities;
  if (has_gpu_file(container) && !capabilities.empty() && !has(capabilities, "compute") && !has(capabilities, "all"))
    return cite(
        "container-capabilities",
        {Severity::error, "container-without-compute",
         fmt::format("This {} container was given a GPU without CUDA: NVIDIA_DRIVER_CAPABILITIES={} lacks "
                     "compute, {}.",
                     kind_of(container), base::visible(fmt::format("{}", fmt::join(capabilities, ","))), consequence),
         "NVIDIA_DRIVER_CAPABILITIES", "# start it again with NVIDIA_DRIVER_CAPABILITIES=compute,utility"});
  if (!has_gpu_file(container))
    return cite(
        "container-gpu",
        {severity, "container-without-gpu",
         fmt::format("This {} container has no GPU's device file{}, {}.", kind_of(container),
                     asked_for_none(container)
                         ? fmt::format(" (NVIDIA_VISIBLE_DEVICES={})",
                                       base::visible(fmt::format("{}", fmt::join(container.visible_devices, ","))))
                         : "",
                     consequence),
         "/dev/nvidia*", way_in(container)});
  if (!has_libcuda(observed))
    return cite("container-gpu",
                {Severity::error, "container-without-libcuda",
                 fmt::format("This {} container has the GPU's device files and not the host's libcuda.so.1, {}.",
                             kind_of(container), consequence),
                 "/dev/nvidia*, mounts", way_in(container)});
  return cite("container-gpu",
              {Severity::error, "container-gpu-does-not-answer",
               fmt::format("This {} container has device files and libcuda.so.1, and CUDA shows no GPU, {}.",
                           kind_of(container), consequence),
               "/dev/nvidia*, mounts", "# restart it; if that does not help, run nvidia-smi on the host"});
}

}  // namespace envguard::diagnosis
