#include "detect/container_gpu.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

namespace {

constexpr std::string_view apptainer_libraries = "/.singularity.d/libs/";
constexpr std::string_view driver_folder = "/proc/driver/nvidia";

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

bool is_driver_library(std::string_view name) {
  const bool drivers =
      name.starts_with("libcuda.so") || name.starts_with("libcudadebugger.so") || name.starts_with("libnvidia-");
  return drivers && name.find(".so") != std::string_view::npos;
}

std::vector<std::string> listed_in(const model::Machine& machine, const char* variable) {
  const std::string value = machine.variable(variable);
  std::vector<std::string> items;
  for (const std::string_view item : base::split(value, ','))
    if (const auto trimmed = base::trim(item); !trimmed.empty()) items.emplace_back(trimmed);
  return items;
}

/// Each stands where one of the ways to pass a GPU has been; where nothing of it does, files were passed by hand.
std::string route(const model::Container& container, const model::Machine& machine, const std::vector<Mount>& mounts) {
  const auto has_device = [&](std::string_view name) {
    return std::ranges::find(container.device_files, name) != container.device_files.end();
  };
  const auto below = [&](std::string_view folder) {
    return std::ranges::any_of(mounts, [&](const Mount& mount) { return mount.point.starts_with(folder); });
  };
  // NVIDIA/libnvidia-container src/dxcore.c, and Microsoft's own layout: one device, and a folder of libraries.
  if (has_device("dxg") || below("/usr/lib/wsl")) return "wsl";
  // apptainer internal/pkg/util/paths/resolve.go: every file of nvliblist.conf is mounted there.
  const auto brought_by_apptainer = [](const Mount& mount) {
    return mount.point.starts_with(apptainer_libraries) && is_driver_library(file_name(mount.point));
  };
  if (std::ranges::any_of(mounts, brought_by_apptainer)) return "apptainer --nv";
  // libnvidia-container src/nvc_mount.c, mount_procfs: a tmpfs with copies of params, version and registry.
  const Mount* driver = mounted_at(mounts, driver_folder);
  if (driver != nullptr && driver->type == "tmpfs") return "nvidia-container-toolkit";
  if (container.device_files.empty() && container.driver_libraries.empty()) return "none";
  // Apptainer binds the host's /dev whether it was asked for GPUs or not (apptainer.conf, "mount dev = yes").
  if (container.kind == "apptainer" && container.driver_libraries.empty()) return "none";
  // nvidia-container-toolkit: pkg/nvcdi/wrapper.go sets NVIDIA_VISIBLE_DEVICES=void for every CDI device,
  // driver-nvml.go NVIDIA_CTK_LIBCUDA_DIR, and the hook disable-device-node-modification mounts params alone.
  const bool asked_for_void = container.visible_devices == std::vector<std::string>{"void"};
  if (asked_for_void || !machine.variable("NVIDIA_CTK_LIBCUDA_DIR").empty() ||
      mounted_at(mounts, fmt::format("{}/params", driver_folder)) != nullptr)
    return "cdi";
  return "device-files";
}

}  // namespace

std::vector<std::string> gpu_device_files(const model::Machine& machine) {
  Search search;
  std::vector<std::string> found;
  for (std::string& name : search.names(machine.dev))
    if (name.starts_with("nvidia") || name == "dxg") found.push_back(std::move(name));
  return found;
}

model::Container with_gpu_route(model::Container container, const model::Machine& machine,
                                const std::vector<Mount>& mounts) {
  container.visible_devices = listed_in(machine, "NVIDIA_VISIBLE_DEVICES");
  container.driver_capabilities = listed_in(machine, "NVIDIA_DRIVER_CAPABILITIES");
  for (const Mount& mount : mounts)
    if (std::string name = file_name(mount.point); is_driver_library(name))
      container.driver_libraries.push_back(std::move(name));
  std::ranges::sort(container.driver_libraries);
  const auto repeated = std::ranges::unique(container.driver_libraries);
  container.driver_libraries.erase(repeated.begin(), repeated.end());
  container.gpu_route = route(container, machine, mounts);
  return container;
}

std::string nvidia_image(const model::Machine& machine) {
  // As `docker history` shows nvcr.io/nvidia/pytorch:26.07-py3, and variables of 21.12, 25.04 and 26.03 printed by
  // their users: NVIDIA_PRODUCT_NAME=PyTorch, NVIDIA_PYTORCH_VERSION=26.07. nvidia/cuda says CUDA and CUDA_VERSION.
  const std::string product = machine.variable("NVIDIA_PRODUCT_NAME");
  if (product.empty() && machine.variable("NVIDIA_PYTORCH_VERSION").empty()) return {};
  std::string capitals = product.empty() ? "PYTORCH" : product;
  for (char& letter : capitals)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  const std::string version =
      machine.variable(capitals == "CUDA" ? "CUDA_VERSION" : fmt::format("NVIDIA_{}_VERSION", capitals));
  return fmt::format("NVIDIA {}{}{}", product.empty() ? "PyTorch" : product, version.empty() ? "" : " ", version);
}

std::vector<std::string> preset_by_nvidia(const model::Machine& machine) {
  // In the history of nvcr.io/nvidia/pytorch:26.07-py3, and printed within 25.04: f32 products of cuBLAS in TF32.
  constexpr std::array<std::pair<const char*, std::string_view>, 1> presets{
      {{"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1"}}};
  std::vector<std::string> found;
  if (machine.variable("NVIDIA_PYTORCH_VERSION").empty()) return found;
  for (const auto& [name, value] : presets)
    if (machine.variable(name) == value) found.emplace_back(name);
  return found;
}

}  // namespace envguard::detect
