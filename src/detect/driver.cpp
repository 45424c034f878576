#include "detect/driver.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "detect/search.hpp"
#include "knowledge/knowledge.hpp"

namespace envguard::detect {

namespace {

/// "580.65.06" of "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul …", and of the open module's
/// line.
std::string version_in(std::string_view text) {
  for (const std::string_view word : base::split(text.substr(0, text.find('\n')), ' ')) {
    const bool digits =
        word.find('.') != std::string_view::npos && word.find_first_not_of("0123456789.") == std::string_view::npos;
    if (digits) return std::string(word);
  }
  return {};
}

/// The value of a line "Model: \t\t NVIDIA H200" of /proc/driver/nvidia/gpus/*/information.
std::string line_of(std::string_view text, std::string_view name) {
  for (const std::string_view line : base::split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && base::trim(line.substr(0, colon)) == name)
      return std::string(base::trim(line.substr(colon + 1)));
  }
  return {};
}

/// "580, production until 2026-08".
std::string branch_in(std::string_view version) {
  const auto number = knowledge::Dotted::parse(version);
  const auto* branch = number ? knowledge::branch_of(*number) : nullptr;
  return branch ? fmt::format("{}, {} until {}", branch->number, branch->kind, branch->end) : std::string();
}

/// "NVIDIA H200 at 0000:1b:00.0"; the folder is named by the place on the bus.
std::string gpu_in(std::string_view information, const std::string& folder) {
  const auto model = line_of(information, "Model");
  const auto place = line_of(information, "Bus Location");
  return fmt::format("{} at {}", model.empty() ? "a GPU" : model, place.empty() ? folder : place);
}

}  // namespace

Facts driver(const model::Machine& machine) {
  Search search;
  const auto module = machine.sys / "module" / "nvidia" / "version";
  if (const auto text = search.text(module); text && !base::trim(*text).empty())
    return Facts::found("driver", std::string(base::trim(*text)), module.string());
  const auto proc = machine.proc / "driver" / "nvidia" / "version";
  if (const auto text = search.text(proc))
    if (auto version = version_in(*text); !version.empty())
      return Facts::found("driver", std::move(version), proc.string());
  return Facts::not_found("driver", fmt::format("{}, {}", module.string(), proc.string()));
}

std::optional<model::KernelDriver> kernel_driver(const model::Machine& machine) {
  Search search;
  model::KernelDriver found;
  const auto version = driver(machine).components;
  if (!version.empty()) found.version = version.front().version;
  found.branch = branch_in(found.version);
  const auto folder = machine.proc / "driver" / "nvidia";
  const auto text = search.text(folder / "version");
  found.open = text && text->find("Open Kernel Module") != std::string::npos;
  for (const auto& name : search.names(folder / "gpus")) {
    const auto information = search.text(folder / "gpus" / name / "information").value_or("");
    found.gpus.push_back(gpu_in(information, name));
    if (line_of(information, "GPU Excluded") == "Yes") found.excluded.push_back(found.gpus.back());
  }
  if (version.empty() && !text && found.gpus.empty()) return std::nullopt;
  return found;
}

std::vector<model::PciGpu> pci_gpus(const model::Machine& machine) {
  constexpr std::string_view nvidia = "0x10de";
  constexpr std::string_view display = "0x03";  // PCI's class: VGA, 3D and other display controllers
  Search search;
  std::vector<model::PciGpu> found;
  const auto folder = machine.sys / "bus" / "pci" / "devices";
  for (const std::string& place : search.names(folder)) {
    if (base::trim(search.text(folder / place / "vendor").value_or("")) != nvidia) continue;
    if (!search.text(folder / place / "class").value_or("").starts_with(display)) continue;
    std::error_code error;
    found.push_back({place, std::filesystem::read_symlink(folder / place / "driver", error).filename().string()});
  }
  return found;
}

bool wsl(const model::Machine& machine) {
  Search search;
  auto release = search.text(machine.proc / "sys" / "kernel" / "osrelease").value_or("");
  std::ranges::transform(release, release.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::error_code error;
  return release.find("microsoft") != std::string::npos || std::filesystem::exists(machine.dev / "dxg", error);
}

}  // namespace envguard::detect
