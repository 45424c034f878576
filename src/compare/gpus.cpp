#include "compare/gpus.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/number.hpp"
#include "base/text.hpp"

namespace envguard::compare {

namespace {

constexpr std::size_t most_users = 3;

std::string described(const model::GpuProcess& process) {
  const auto who = process.name.empty() ? "process" : base::visible(process.name);
  const auto number = process.pid > 0 ? fmt::format(" {}", process.pid) : std::string();
  return process.used_bytes == 0 ? fmt::format("{}{} is on it", who, number)
                                 : fmt::format("{}{} holds {}", who, number, base::gibibytes(process.used_bytes));
}

std::string users(const model::Gpu& gpu) {
  auto processes = gpu.processes;
  std::ranges::stable_sort(processes, std::greater<>{}, &model::GpuProcess::used_bytes);
  std::vector<std::string> named;
  for (const auto& process : processes) named.push_back(described(process));
  if (named.size() > most_users) {
    const auto others = named.size() - most_users;
    named.resize(most_users);
    named.push_back(fmt::format("{} more", others));
  }
  return fmt::format("{}", fmt::join(named, ", "));
}

bool is_short_of_memory(const model::Gpu& gpu) {
  return gpu.free_bytes && *gpu.free_bytes < needed_bytes;
}

/// Another process has the GPU to itself; `prohibited` is no state that passes. The server of MPS shares what it holds.
bool is_taken(const model::Gpu& gpu) {
  const auto takes_it = [](const auto& process) { return !process.name.starts_with("nvidia-cuda-mps"); };
  return gpu.compute_mode.starts_with("exclusive") && std::ranges::any_of(gpu.processes, takes_it);
}

/// The first idle one, else the first; nothing where `fits` refuses all.
template <class Fits>
std::optional<int> best(const std::vector<model::Gpu>& gpus, const Fits& fits) {
  std::optional<int> found;
  for (const auto& gpu : gpus) {
    if (!fits(gpu)) continue;
    if (!busy(gpu)) return gpu.index;
    if (!found) found = gpu.index;
  }
  return found;
}

}  // namespace

std::string occupation(const model::Gpu& gpu) {
  std::vector<std::string> parts;
  if (!gpu.processes.empty()) parts.push_back(users(gpu));
  if (gpu.free_bytes && gpu.total_bytes)
    parts.push_back(
        fmt::format("{} of {} are free", base::gibibytes(*gpu.free_bytes), base::gibibytes(*gpu.total_bytes)));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::optional<std::string> too_small(const model::Gpu& gpu) {
  if (!gpu.total_bytes || *gpu.total_bytes >= needed_bytes) return std::nullopt;
  return fmt::format("GPU {} is too small: it has {} in all, and measuring takes {}", gpu.index,
                     base::gibibytes(*gpu.total_bytes), base::gibibytes(needed_bytes));
}

std::optional<std::string> busy(const model::Gpu& gpu) {
  if (is_taken(gpu))
    return fmt::format("GPU {} is busy: its compute mode is {}, and {}", gpu.index, gpu.compute_mode, users(gpu));
  if (is_short_of_memory(gpu)) return fmt::format("GPU {} is busy: {}", gpu.index, occupation(gpu));
  return std::nullopt;
}

std::optional<std::string> taken_meanwhile(const model::Gpu& gpu, std::string_view said) {
  // cudaErrorDevicesUnavailable (CUDA Runtime API, cudaError): "CUDA-capable device(s) is/are busy or unavailable".
  if (!gpu.compute_mode.starts_with("exclusive") || said.find("busy or unavailable") == std::string_view::npos)
    return std::nullopt;
  const auto who = gpu.processes.empty() ? std::string("a process that NVML does not list here has it") : users(gpu);
  return fmt::format("GPU {} is busy: its compute mode is {}, and {}", gpu.index, gpu.compute_mode, who);
}

bool lacked_memory(std::string_view said) {
  return said.find("out of memory") != std::string_view::npos;
}

std::vector<int> one_of_each_key(const std::vector<model::Gpu>& gpus) {
  std::vector<model::GpuKey> seen;
  std::vector<int> chosen;
  for (const auto& gpu : gpus) {
    if (std::ranges::find(seen, gpu.key) != seen.end()) continue;
    seen.push_back(gpu.key);
    chosen.push_back(best_of(gpus, gpu.key).value());
  }
  return chosen;
}

std::optional<int> best_of(const std::vector<model::Gpu>& gpus, const model::GpuKey& key) {
  return best(gpus, [&](const model::Gpu& gpu) { return gpu.key == key; });
}

std::vector<int> of_one_key(const std::vector<model::Gpu>& gpus, int index) {
  const auto asked = std::ranges::find(gpus, index, &model::Gpu::index);
  std::vector<int> idle, in_use;
  for (const auto& gpu : gpus)
    if (asked != gpus.end() && gpu.index != index && gpu.key == asked->key)
      (busy(gpu) ? in_use : idle).push_back(gpu.index);
  idle.insert(idle.end(), in_use.begin(), in_use.end());
  return idle;
}

std::string why_no_gpu(const model::Devices& devices) {
  const auto visible = std::ranges::count_if(devices.hidden, [](const auto& gpu) { return gpu.why.empty(); });
  if (visible == 0) return devices.no_gpu();
  return fmt::format("{}; {} GPU(s) answer and are hidden from this process", devices.no_gpu(), visible);
}

std::vector<std::string> unusable(const model::Devices& devices) {
  std::vector<std::string> sentences;
  for (const auto& gpu : devices.hidden) {
    if (gpu.why.empty() && !gpu.mig) continue;
    if (gpu.answer == model::DriverAnswer::no_permission) continue;  // another job's
    const auto name = gpu.name.empty() ? std::string("a GPU") : gpu.name;
    const auto place = gpu.pci_id.empty() ? std::string() : " at PCI " + gpu.pci_id;
    sentences.push_back(base::visible(fmt::format("{}{} computes for nobody: {}", name, place,
                                                  gpu.why.empty() ? "MIG is on and no instance made" : gpu.why)));
  }
  return sentences;
}

std::vector<std::string> other_instances(const model::Devices& devices) {
  std::vector<std::string> uuids;
  for (const auto& hidden : devices.hidden)
    if (hidden.why.empty() && hidden.uuid.starts_with("MIG-")) uuids.push_back(hidden.uuid);
  return uuids;
}

}  // namespace envguard::compare
