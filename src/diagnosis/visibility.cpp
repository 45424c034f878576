#include <algorithm>
#include <charconv>
#include <set>
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

constexpr std::string_view name = "CUDA_VISIBLE_DEVICES";
/// What batch systems set for a job without a GPU.
constexpr std::string_view no_device_files = "NoDevFiles";

/// Every GPU that NVML knows, whether CUDA shows it or not.
struct Known {
  std::set<std::string> places;  ///< by PCI id
  std::set<std::string> uuids;
  bool instances = false;  ///< MIG instances among them
};

Known known(const model::Devices& devices) {
  Known known;
  const auto add = [&](const std::string& uuid, const std::string& place) {
    // One that does not answer has neither, and is a GPU of its own.
    const std::string other = uuid.empty() ? fmt::format("unknown {}", known.places.size()) : uuid;
    known.places.insert(place.empty() ? other : place);
    known.uuids.insert(uuid);
    known.instances = known.instances || uuid.starts_with("MIG-");
  };
  for (const model::Gpu& gpu : devices.gpus) add(gpu.uuid, gpu.pci_id);
  for (const model::HiddenGpu& gpu : devices.hidden) add(gpu.uuid, gpu.pci_id);
  return known;
}

/// The number that an entry begins with, as CUDA reads it ("1gpu" is 1); nothing: none.
std::optional<int> index(std::string_view entry) {
  int number = 0;
  const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

bool is_uuid(std::string_view entry) {
  return entry.starts_with("GPU-") || entry.starts_with("MIG-");
}

/// The first entry that is no GPU here, by what is known; nothing: none.
std::optional<std::string> no_gpu(const std::string& value, const Known& known) {
  std::set<std::string_view> seen;
  for (std::string_view entry : base::split(value, ',')) {
    entry = base::trim(entry);
    const auto number = index(entry);
    const bool here =
        is_uuid(entry)
            ? std::ranges::any_of(known.uuids, [&](const std::string& uuid) { return uuid.starts_with(entry); })
            : number && *number >= 0 && (known.instances || static_cast<std::size_t>(*number) < known.places.size());
    if (!here || !seen.insert(entry).second) return base::visible(entry);
  }
  return std::nullopt;
}

std::string counted(std::size_t count) {
  return fmt::format("{} GPU{}", count, count == 1 ? "" : "s");
}

std::string spelled(const std::string& value) {
  return fmt::format("{}={}", name, value.empty() ? "\"\"" : base::visible(value));
}

/// Whether this is how every GPU is hidden on purpose.
bool hides_all(std::string_view entry) {
  return entry.empty() || entry.starts_with('-') || entry == no_device_files;
}

/// Without NVML nobody knows what is here; what hides everything is known all the same. A module that is not loaded is
/// another cause, and NVML would name it.
Findings all_hidden(const model::Devices& devices, const std::optional<std::string>& value) {
  const bool none = devices.cuda.answer == DriverAnswer::no_device && devices.nvml.answer == DriverAnswer::no_library;
  if (!value || !none || !hides_all(base::trim(base::split(*value, ',').front()))) return {};
  return {cite("cuda-visible-devices",
               {Severity::warning, "no-visible-device",
                fmt::format("{} hides every GPU: torch.cuda.is_available() is false.", spelled(*value)),
                std::string(name), fmt::format("unset {}", name)})};
}

Findings misspelled(const model::Devices& devices, const std::string& value, const std::string& entry,
                    std::size_t all) {
  const bool none = devices.gpus.empty();
  const bool meant = hides_all(entry);
  const std::string what =
      none && meant ? fmt::format("{} hides every GPU ({} here): torch.cuda.is_available() is false.", spelled(value),
                                  counted(all))
                    : fmt::format("{}: \"{}\" is no GPU here, or is named twice ({} here), so CUDA shows {}{}.",
                                  spelled(value), entry, counted(all), none ? "none" : counted(devices.gpus.size()),
                                  none ? ", and torch.cuda.is_available() is false" : "");
  return {cite("cuda-visible-devices",
               {none && !meant ? Severity::error : Severity::warning, none ? "no-visible-device" : "visible-devices",
                what, std::string(name), fmt::format("unset {}", name)})};
}

Findings hidden(const model::Devices& devices, const std::optional<std::string>& value) {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(devices.hidden, [](const model::HiddenGpu& gpu) {
    return !gpu.mig && (gpu.answer == DriverAnswer::answered || gpu.answer == DriverAnswer::no_permission);
  }));
  if (count == 0 || devices.gpus.empty()) return {};
  const bool instances = known(devices).instances;
  return {cite(
      "cuda-visible-devices",
      {Severity::note, "hidden-gpus",
       fmt::format("{} that NVML lists {} not visible to CUDA in this process{}.",
                   instances
                       ? fmt::format("{} MIG instance{} or GPU{}", count, count == 1 ? "" : "s", count == 1 ? "" : "s")
                       : counted(count),
                   count == 1 ? "is" : "are", value ? ": " + spelled(*value) : ""),
       value ? std::string(name) : "cgroup of this process, or MIG", "# nothing, where the job or you chose so"})};
}

}  // namespace

Findings visibility(const model::Observed& observed) {
  if (!observed.devices) return {};
  const model::Devices& devices = *observed.devices;
  const auto value = variable(observed, name);
  if (devices.nvml.answer != DriverAnswer::answered) return all_hidden(devices, value);
  const Known all = known(devices);
  const bool each_is_shown = value && !value->empty() && base::split(*value, ',').size() == devices.gpus.size();
  if (value && !each_is_shown && !all.places.empty())
    if (const auto entry = no_gpu(*value, all)) return misspelled(devices, *value, *entry, all.places.size());
  return hidden(devices, value);
}

}  // namespace envguard::diagnosis
