#include "visible.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace fake {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<Visible> candidates() {
  std::vector<const Gpu*> gpus;
  for (const auto& gpu : description().gpus)
    if (gpu.handle_error == 0 && gpu.answer_error == 0) gpus.push_back(&gpu);
  if (variable("CUDA_DEVICE_ORDER") != "PCI_BUS_ID") std::ranges::stable_sort(gpus, std::greater<>{}, &Gpu::speed);
  std::vector<Visible> all;
  for (const auto* gpu : gpus) {
    if (!gpu->mig) all.push_back({gpu, nullptr});
    if (gpu->mig)
      for (const auto& instance : *gpu->mig) all.push_back({gpu, &instance});
  }
  return all;
}

const std::string& uuid_of(const Visible& one) {
  return one.instance == nullptr ? one.gpu->uuid : one.instance->uuid;
}

std::optional<Visible> named(std::string_view entry, const std::vector<Visible>& all) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), index);
  if (error == std::errc{} && end == entry.data() + entry.size())
    return index < all.size() ? std::optional(all[index]) : std::nullopt;
  if (!entry.starts_with("GPU-") && !entry.starts_with("MIG-")) return std::nullopt;
  std::vector<Visible> fitting;
  for (const auto& one : all)
    if (uuid_of(one).starts_with(entry)) fitting.push_back(one);
  return fitting.size() == 1 ? std::optional(fitting.front()) : std::nullopt;
}

std::vector<Visible> chosen(const std::vector<Visible>& all) {
  if (std::getenv("CUDA_VISIBLE_DEVICES") == nullptr) return all;
  std::vector<Visible> found;
  std::istringstream entries(variable("CUDA_VISIBLE_DEVICES"));
  for (std::string entry; std::getline(entries, entry, ',');) {
    const auto one = named(entry, all);
    if (!one) break;
    found.push_back(*one);
  }
  return found;
}

}  // namespace

std::vector<Visible> visible() {
  auto shown = chosen(candidates());
  const auto instance = std::ranges::find_if(shown, [](const auto& one) { return one.instance != nullptr; });
  if (instance != shown.end()) return {*instance};
  return shown;
}

}  // namespace fake
